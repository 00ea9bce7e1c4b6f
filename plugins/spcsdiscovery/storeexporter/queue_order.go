// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"maps"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"google.golang.org/protobuf/encoding/protowire"
)

// The durable queue keeps its state under this key, as a message of which these fields are read.
const (
	queueStateKey                        = "qmv0"
	readIndex           protowire.Number = 3
	currentlyDispatched protowire.Number = 5
)

// orderedHost has storages after whose start the request that was under way when the collector ended is the next. The
// queue itself puts it behind all others, where a store may find it too old, and first deletes it there.
type orderedHost struct{ component.Host }

// GetExtensions implements component.Host.
func (h orderedHost) GetExtensions() map[component.ID]component.Component {
	found := maps.Clone(h.Host.GetExtensions())
	for id, extension := range found {
		if of, ok := extension.(storage.Extension); ok {
			found[id] = orderedStorage{of}
		}
	}
	return found
}

type orderedStorage struct{ storage.Extension }

// GetClient implements storage.Extension.
func (s orderedStorage) GetClient(
	ctx context.Context, kind component.Kind, id component.ID, name string,
) (storage.Client, error) {
	client, err := s.Extension.GetClient(ctx, kind, id, name)
	if err != nil {
		return nil, err
	}
	return orderedClient{client}, nil
}

type orderedClient struct{ storage.Client }

// Get implements storage.Client; the queue reads its state by it once, at its start.
func (c orderedClient) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := c.Client.Get(ctx, key)
	if key != queueStateKey || err != nil {
		return value, err
	}
	return readAgain(value), nil
}

// readAgain returns the state of a queue in which what was under way is to be read again. A state of another form stays
// as it is.
func readAgain(state []byte) []byte {
	if len(state) == 0 {
		return state
	}
	var others, under []byte
	next := uint64(0)
	for rest := state; len(rest) > 0; {
		number, kind, size := protowire.ConsumeField(rest)
		if size < 0 {
			return state
		}
		_, _, tag := protowire.ConsumeTag(rest)
		value := rest[tag:size]
		switch {
		case number == readIndex && kind == protowire.Fixed64Type:
			next, _ = protowire.ConsumeFixed64(value)
		case number == currentlyDispatched && kind == protowire.Fixed64Type:
			under = append(under, value...)
		case number == currentlyDispatched && kind == protowire.BytesType:
			packed, _ := protowire.ConsumeBytes(value)
			under = append(under, packed...)
		default:
			others = append(others, rest[:size]...)
		}
		rest = rest[size:]
	}
	for len(under) > 0 {
		index, size := protowire.ConsumeFixed64(under)
		if size < 0 {
			return state
		}
		next, under = min(next, index), under[size:]
	}
	return protowire.AppendFixed64(protowire.AppendTag(others, readIndex, protowire.Fixed64Type), next)
}
