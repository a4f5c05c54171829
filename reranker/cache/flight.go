// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cache

// Flight is one computation that is under way. Its leader ends it exactly once
// with Land or Abandon; later calls do nothing.
type Flight[V any] struct {
	cache *Cache[V]
	key   Key
	done  chan struct{}

	// Written before done is closed, read after.
	ended  bool // under the cache's lock
	landed bool
	value  V
}

// Land ends the flight with its value, which the cache keeps unless keep is
// false.
func (f *Flight[V]) Land(value V, keep bool) {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	if f.ended {
		return
	}
	f.value, f.landed = value, true
	if keep {
		f.cache.put(f.key, value)
	}
	f.end()
}

// Abandon ends the flight without a value.
func (f *Flight[V]) Abandon() {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	if !f.ended {
		f.end()
	}
}

func (f *Flight[V]) end() {
	f.ended = true
	delete(f.cache.flights, f.key)
	close(f.done)
}

// Done is closed when the flight has ended.
func (f *Flight[V]) Done() <-chan struct{} { return f.done }

// Value returns what the flight landed with; ok is false when it was
// abandoned. It may be called only after Done is closed.
func (f *Flight[V]) Value() (value V, ok bool) { return f.value, f.landed }
