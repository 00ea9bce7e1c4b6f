// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"errors"
	"io/fs"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/trouble"
)

// spareHost has storages without which a copy can start: the collector must not end because of it.
type spareHost struct {
	component.Host
	logger *zap.Logger
}

// GetExtensions implements component.Host.
func (h spareHost) GetExtensions() map[component.ID]component.Component {
	found := h.Host.GetExtensions()
	for id, extension := range found {
		if of, ok := extension.(storage.Extension); ok {
			found[id] = spareStorage{of, h.logger}
		}
	}
	return found
}

type spareStorage struct {
	storage.Extension
	logger *zap.Logger
}

// GetClient implements storage.Extension.
func (s spareStorage) GetClient(
	ctx context.Context, kind component.Kind, id component.ID, name string,
) (storage.Client, error) {
	open := func() (storage.Client, error) { return s.Extension.GetClient(ctx, kind, id, name) }
	client, err := open()
	if err == nil {
		return client, nil
	}
	why := zap.String("err", trouble.Sentence(err.Error()))
	if errors.Is(err, fs.ErrPermission) {
		// A volume that belongs to somebody else is a new one, which another container is about to give away.
		s.logger.Error("The queue of the copy cannot be opened: samples of the copy are lost until it can", why)
		return &spareClient{err: err, open: open, late: true}, nil
	}
	if anew, err := s.Extension.GetClient(ctx, kind, id, name+"_anew"); err == nil {
		s.logger.Error("The queue of the copy cannot be opened: what waited in it stays there, and a new one begins", why)
		return anew, nil
	}
	s.logger.Error("The queue of the copy cannot be opened: samples of the copy are lost until the next start", why)
	return &spareClient{err: err}, nil
}

// spareClient stands in for a client that cannot be had, or only later.
type spareClient struct {
	open func() (storage.Client, error)
	late bool

	mu     sync.Mutex
	client storage.Client
	err    error
}

func (c *spareClient) find() (storage.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client == nil && c.late {
		c.client, c.err = c.open()
	}
	if c.err != nil {
		return nil, c.err
	}
	return c.client, nil
}

// Get implements storage.Client.
func (c *spareClient) Get(ctx context.Context, key string) ([]byte, error) {
	client, err := c.find()
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, key)
}

// Set implements storage.Client.
func (c *spareClient) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

// Delete implements storage.Client.
func (c *spareClient) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Batch implements storage.Client.
func (c *spareClient) Batch(ctx context.Context, operations ...*storage.Operation) error {
	client, err := c.find()
	if err != nil {
		return err
	}
	return client.Batch(ctx, operations...)
}

// Close implements storage.Client.
func (c *spareClient) Close(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client == nil {
		return nil
	}
	return c.client.Close(ctx)
}
