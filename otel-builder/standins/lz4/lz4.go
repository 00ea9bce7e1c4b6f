// Package lz4 stands in for a compression that stores rarely take, whose module is the largest of all because of
// the examples in it.
package lz4

import (
	"errors"
	"io"
)

var errAbsent = errors.New("this collector is built without lz4: choose gzip, zstd or snappy")

// Option has no effect.
type Option struct{}

// ConcurrencyOption has no effect.
func ConcurrencyOption(int) Option { return Option{} }

// Reader refuses to read.
type Reader struct{}

// NewReader returns one that refuses.
func NewReader(io.Reader) *Reader { return &Reader{} }

// Read refuses.
func (*Reader) Read([]byte) (int, error) { return 0, errAbsent }

// Writer refuses to write.
type Writer struct{}

// NewWriter returns one that refuses.
func NewWriter(io.Writer) *Writer { return &Writer{} }

// Apply has no effect.
func (*Writer) Apply(...Option) error { return nil }

// Reset has no effect.
func (*Writer) Reset(io.Writer) {}

// Write refuses.
func (*Writer) Write([]byte) (int, error) { return 0, errAbsent }

// Close refuses.
func (*Writer) Close() error { return errAbsent }
