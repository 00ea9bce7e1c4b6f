// Package orderedmap has the names of libopenapi's map, and keeps nothing.
package orderedmap

// Map stands for a map that keeps its order.
type Map[K comparable, V any] struct{}

// Pair stands for one entry.
type Pair[K comparable, V any] struct {
	key   K
	value V
}

// New returns a map.
func New[K comparable, V any]() *Map[K, V] { return nil }

// Set forgets what it is given.
func (*Map[K, V]) Set(K, V) {}

// First finds nothing.
func (*Map[K, V]) First() *Pair[K, V] { return nil }

// Next finds nothing.
func (*Pair[K, V]) Next() *Pair[K, V] { return nil }

// Key returns the key.
func (p *Pair[K, V]) Key() K { return p.key }

// Value returns the value.
func (p *Pair[K, V]) Value() V { return p.value }
