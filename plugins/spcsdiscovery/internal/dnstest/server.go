// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package dnstest is a small DNS server on loopback for tests.
package dnstest

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	// CutOff makes answers say over both transports that they are cut off, and have no records.
	CutOff bool
	// RCode is answered instead, when not success.
	RCode dnsmessage.RCode
}

// Server answers queries over UDP and TCP from a set of names that tests may change while it runs.
type Server struct {
	// Addr is the server's host:port.
	Addr string

	mu    sync.Mutex
	names map[string]Record
	asked []string
	delay time.Duration
}

// maxUDP is the largest answer that is not truncated over UDP.
const maxUDP = 1232

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	conn, listener := listen(t)
	s := &Server{Addr: conn.LocalAddr().String(), names: map[string]Record{}}
	var running sync.WaitGroup
	running.Go(func() { s.serve(conn, &running) })
	running.Go(func() { s.accept(listener, &running) })
	t.Cleanup(func() {
		_, _ = conn.Close(), listener.Close()
		running.Wait()
	})
	return s
}

// listen returns sockets of both transports at one port.
func listen(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		listener, err := net.Listen("tcp", conn.LocalAddr().String())
		if err == nil {
			_ = conn.(*net.UDPConn).SetReadBuffer(1 << 20) // or a burst of queries is lost
			return conn, listener
		}
		_ = conn.Close()
	}
	t.Fatal("found no port that is free for both transports")
	return nil, nil
}

// SetDelay makes every answer wait.
func (s *Server) SetDelay(delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = delay
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

func (s *Server) serve(conn net.PacketConn, running *sync.WaitGroup) {
	for {
		buffer := make([]byte, 4096)
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		reply := func() {
			if packet := s.reply(buffer[:n], maxUDP); packet != nil {
				_, _ = conn.WriteTo(packet, from)
			}
		}
		if s.wait() == 0 {
			reply()
			continue
		}
		running.Go(func() {
			time.Sleep(s.wait())
			reply()
		})
	}
}

func (s *Server) wait() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.delay
}

func (s *Server) accept(listener net.Listener, running *sync.WaitGroup) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		running.Go(func() {
			defer conn.Close()
			var size [2]byte
			if _, err := io.ReadFull(conn, size[:]); err != nil {
				return
			}
			query := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(conn, query); err != nil {
				return
			}
			time.Sleep(s.wait())
			if packet := s.reply(query, 1<<16-1); packet != nil {
				_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...))
			}
		})
	}
}

// reply returns the packet that answers, cut to its question where it is larger than limit, or nil for silence.
func (s *Server) reply(packet []byte, limit int) []byte {
	var query dnsmessage.Message
	if query.Unpack(packet) != nil || len(query.Questions) != 1 {
		return nil
	}
	reply := s.answer(query)
	if reply == nil {
		return nil
	}
	packed, err := reply.Pack()
	if err == nil && len(packed) > limit {
		reply.Truncated, reply.Answers = true, nil
		packed, err = reply.Pack()
	}
	if err != nil {
		return nil
	}
	return packed
}

func (s *Server) answer(query dnsmessage.Message) *dnsmessage.Message {
	question := query.Questions[0]
	name := strings.TrimSuffix(question.Name.String(), ".")
	s.mu.Lock()
	record, known := s.names[name]
	s.asked = append(s.asked, name)
	s.mu.Unlock()
	if record.Silent {
		return nil
	}
	reply := &dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, RecursionAvailable: true, RCode: record.RCode},
		Questions: query.Questions,
	}
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	if record.CutOff {
		reply.Truncated = true
		return reply
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
	return reply
}
