// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// readQuery reads one DNS query of a stream.
func readQuery(conn net.Conn) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	query := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, query)
	return query, err
}

// answerWith serves one DNS query over a stream: the query's id, then the rest of the header, the query's question and
// the records.
func answerWith(conn net.Conn, header, records []byte) {
	defer conn.Close()
	query, err := readQuery(conn)
	if err != nil {
		return
	}
	end := 12
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	packet := slices.Concat(query[:2], header, query[12:min(end+5, len(query))], records)
	packet = packet[:min(len(packet), 1<<16-1)]
	_, _ = conn.Write(binary.BigEndian.AppendUint16(nil, uint16(len(packet))))
	_, _ = conn.Write(packet)
}

// splitAnswer returns header (without id) and records of an answer to a question for name.
func splitAnswer(
	f *testing.F, name dnsmessage.Name, kind dnsmessage.Type, bodies ...dnsmessage.ResourceBody,
) (header, records []byte) {
	f.Helper()
	message := dnsmessage.Message{
		Header:    dnsmessage.Header{Response: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{{Name: name, Type: kind, Class: dnsmessage.ClassINET}},
	}
	question, err := message.Pack()
	require.NoError(f, err)
	for _, body := range bodies {
		message.Answers = append(message.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 1}, Body: body,
		})
	}
	packet, err := message.Pack()
	require.NoError(f, err)
	return packet[2:12], packet[len(question):]
}

// Whatever a name server sends, a lookup ends soon, with an error or with addresses that can be scraped.
func FuzzDNSAnswer(f *testing.F) {
	name := dnsmessage.MustNewName(poolA + ".")
	for _, seed := range []struct {
		kind   dnsmessage.Type
		bodies []dnsmessage.ResourceBody
	}{
		{dnsmessage.TypeSRV, []dnsmessage.ResourceBody{&dnsmessage.SRVResource{Target: name, Port: 9001}}},
		{dnsmessage.TypeA, []dnsmessage.ResourceBody{
			&dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}}, &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}},
		}},
		{dnsmessage.TypeAAAA, []dnsmessage.ResourceBody{&dnsmessage.AAAAResource{AAAA: [16]byte{15: 1}}}},
		{dnsmessage.TypeA, []dnsmessage.ResourceBody{&dnsmessage.CNAMEResource{CNAME: name}}},
		{dnsmessage.TypeA, nil},
	} {
		header, records := splitAnswer(f, name, seed.kind, seed.bodies...)
		f.Add(header, records)
	}
	f.Fuzz(func(t *testing.T, header, records []byte) {
		dial := func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe() // not for datagrams, so that the resolver uses the stream form
			go answerWith(server, header, records)
			return &streamConn{Conn: client}, nil
		}
		resolver := newNodeResolver("")
		resolver.dns.Dial = dial
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		nodes, _, err := resolver.lookupNodes(ctx, poolA)
		require.NoError(t, ctx.Err(), "a lookup ends soon")
		if err != nil {
			return
		}
		require.NotEmpty(t, nodes)
		for i, node := range nodes {
			require.True(t, node.IsValid())
			require.NoError(t, resolver.checkAddress(node.Addr()))
			require.True(t, i == 0 || nodes[i-1].Compare(node) < 0, "each once, and sorted")
		}
	})
}
