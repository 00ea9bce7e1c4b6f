// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"maps"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"google.golang.org/protobuf/encoding/protowire"
)

// disk is a storage and its only client.
type disk struct {
	component.StartFunc
	component.ShutdownFunc
	mu     sync.Mutex
	values map[string][]byte
}

func (d *disk) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return d, nil
}

func (d *disk) Get(_ context.Context, key string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.values[key], nil
}

func (d *disk) Set(ctx context.Context, key string, value []byte) error {
	return d.Batch(ctx, storage.SetOperation(key, value))
}

func (d *disk) Delete(ctx context.Context, key string) error {
	return d.Batch(ctx, storage.DeleteOperation(key))
}

func (d *disk) Batch(_ context.Context, operations ...*storage.Operation) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, of := range operations {
		switch of.Type {
		case storage.Get:
			of.Value = d.values[of.Key]
		case storage.Set:
			d.values[of.Key] = of.Value
		case storage.Delete:
			delete(d.values, of.Key)
		}
	}
	return nil
}

func (*disk) Close(context.Context) error { return nil }

// image is what a killed collector leaves.
func (d *disk) image() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &disk{values: maps.Clone(d.values)}
}

type hostWithDisk struct {
	component.Host
	disk *disk
}

func (h hostWithDisk) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.MustNewID("file_storage"): h.disk}
}

func TestADurableQueueKeepsItsOrderOverAKillAndAnEnd(t *testing.T) {
	host := func(d *disk) component.Host { return hostWithDisk{componenttest.NewNopHost(), d} }
	first := &disk{values: map[string][]byte{}}
	s := startOn(t, host(first), durable, answer{status: 503})
	s.send(t, "a", "b", "c")
	require.Equal(t, "a", s.wait(t, 1)[0])
	killed := first.image()
	s.stop(t)
	for name, left := range map[string]*disk{"killed": killed, "ended": first} {
		again := startOn(t, host(left), durable, good)
		again.send(t, "d")
		require.Equal(t, []string{"a", "b", "c", "d"}, again.wait(t, 4), name)
		again.stop(t)
	}
}

func TestAStateOfAnotherFormStaysAsItIs(t *testing.T) {
	require.Empty(t, readAgain(nil))
	for _, odd := range []string{"\xff", "x", "\x2a\x03abc"} {
		require.Equal(t, odd, string(readAgain([]byte(odd))))
	}
	unpacked := protowire.AppendFixed64(protowire.AppendTag(nil, currentlyDispatched, protowire.Fixed64Type), 4)
	unpacked = protowire.AppendFixed64(protowire.AppendTag(unpacked, readIndex, protowire.Fixed64Type), 7)
	want := protowire.AppendFixed64(protowire.AppendTag(nil, readIndex, protowire.Fixed64Type), 4)
	require.Equal(t, want, readAgain(unpacked))
}
