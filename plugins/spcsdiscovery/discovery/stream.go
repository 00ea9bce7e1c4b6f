// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"net"
)

var errCutOff = errors.New("the answer over TCP says of itself that it is cut off")

const (
	// flagsAt is where the byte of flags with the truncation stands: after two bytes of length and two of the ID.
	flagsAt    = 4
	truncation = 0x02
)

// streamConn is a connection to a DNS server over TCP, for one question. There the standard resolver takes any answer
// as complete, and one without records as a name without nodes, also where the answer says that it is cut off.
type streamConn struct {
	net.Conn
	read int
}

// Read implements net.Conn.
func (c *streamConn) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	if at := flagsAt - c.read; at >= 0 && at < n && buffer[at]&truncation != 0 {
		return 0, errCutOff
	}
	c.read += n
	return n, err
}
