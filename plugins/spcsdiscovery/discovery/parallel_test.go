// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// slowDNS answers over streams in memory after a delay, so that a test has a time of its own. Each pool has so many
// nodes by SRV records.
type slowDNS struct {
	nodes int
	delay time.Duration
}

func (d slowDNS) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go d.serve(server)
	return client, nil
}

func (d slowDNS) serve(conn net.Conn) {
	defer conn.Close()
	packet, err := readQuery(conn)
	var message dnsmessage.Message
	if err != nil || message.Unpack(packet) != nil {
		return
	}
	time.Sleep(d.delay)
	message.Response, message.Additionals = true, nil
	question := message.Questions[0]
	header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET}
	switch question.Type {
	case dnsmessage.TypeSRV:
		for n := range d.nodes {
			target := dnsmessage.MustNewName(fmt.Sprintf("n%d.%s", n, strings.TrimPrefix(question.Name.String(), "discover.")))
			message.Answers = append(message.Answers, dnsmessage.Resource{
				Header: header, Body: &dnsmessage.SRVResource{Target: target, Port: metricsPort},
			})
		}
	case dnsmessage.TypeA:
		var node, pool int
		_, _ = fmt.Sscanf(question.Name.String(), "n%d.monitor.p%d.", &node, &pool)
		address := [4]byte{10, byte(pool), byte(node / 256), byte(node)}
		message.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: address}}}
	}
	packed, _ := message.Pack()
	_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
}

func TestManyNodesAreResolvedAtOnce(t *testing.T) {
	for _, test := range []struct {
		pools, nodes int
		delay, bound time.Duration
	}{
		{1, 150, 40 * time.Millisecond, time.Second},
		{1, 1000, 40 * time.Millisecond, 5 * time.Second},
		{200, 20, 20 * time.Millisecond, 3 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			resolver := newNodeResolver("")
			resolver.dns.Dial = slowDNS{nodes: test.nodes, delay: test.delay}.dial
			var lookups []lookup
			for n := range test.pools {
				name := fmt.Sprintf("P%d", n)
				lookups = append(lookups, lookup{pool: pool{name: name}, names: dnsNames(name)})
			}
			results, found := make(chan lookupResult), 0
			started := time.Now()
			go resolver.lookupAll(t.Context(), lookups, results)
			for result := range results {
				require.NoError(t, result.err)
				found += len(result.nodes)
			}
			require.Equal(t, test.pools*test.nodes, found)
			require.Less(t, time.Since(started), test.bound)
		})
	}
}
