// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package dnstest is a small DNS server on loopback for tests.
package dnstest

import (
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// Record is what the server knows of one name.
type Record struct {
	// SRV maps target names to ports.
	SRV map[string]uint16
	// A lists IPv4 addresses.
	A []string
	// Silent names get no answer at all.
	Silent bool
	// RCode is answered instead, when not success.
	RCode dnsmessage.RCode
}

// Server answers queries over UDP from a set of names that tests may change while it runs.
type Server struct {
	// Addr is the server's host:port.
	Addr string

	mu    sync.Mutex
	names map[string]Record
	asked []string
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{Addr: conn.LocalAddr().String(), names: map[string]Record{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.serve(conn)
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return s
}

// Set replaces what the server knows of a name.
func (s *Server) Set(name string, record Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[name] = record
}

// Reset forgets which names were asked.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = nil
}

// Asked returns the names that were asked since the last Reset, each once and sorted.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(s.asked)))
}

func (s *Server) serve(conn net.PacketConn) {
	buffer := make([]byte, 4096)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var query dnsmessage.Message
		if query.Unpack(buffer[:n]) != nil || len(query.Questions) != 1 {
			continue
		}
		if packet, err := s.answer(query); err == nil && packet != nil {
			_, _ = conn.WriteTo(packet, from)
		}
	}
}

func (s *Server) answer(query dnsmessage.Message) ([]byte, error) {
	question := query.Questions[0]
	name := strings.TrimSuffix(question.Name.String(), ".")
	s.mu.Lock()
	record, known := s.names[name]
	s.asked = append(s.asked, name)
	s.mu.Unlock()
	if record.Silent {
		return nil, nil
	}
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, RecursionAvailable: true, RCode: record.RCode},
		Questions: query.Questions,
	}
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 1}
	switch question.Type {
	case dnsmessage.TypeSRV:
		for target, port := range record.SRV {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.SRVResource{
				Target: dnsmessage.MustNewName(target + "."), Port: port,
			}})
		}
	case dnsmessage.TypeA:
		for _, address := range record.A {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{
				A: [4]byte(net.ParseIP(address).To4()),
			}})
		}
	}
	return reply.Pack()
}
