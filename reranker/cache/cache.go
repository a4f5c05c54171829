// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"container/list"
	"sync"
)

// Cache maps keys to values of type V. It is safe for concurrent use.
type Cache[V any] struct {
	size func(V) int64

	mu      sync.Mutex
	limit   int64
	bytes   int64
	entries map[Key]*list.Element // of *entry[V]
	order   *list.List            // most recently used first
	flights map[Key]*Flight[V]
	stats   Stats
}

type entry[V any] struct {
	key   Key
	value V
	bytes int64
}

// entryOverhead is what an entry costs beside its value: the map's cell with
// the key, the list element and the entry itself.
const entryOverhead = 200

// Stats counts what happened since the start.
type Stats struct {
	Hits, Misses, Followed, Evictions int64
	// Faults counts values that could not be weighed and so were not kept.
	Faults int64
	// Entries, Bytes and Limit are present values.
	Entries, Bytes, Limit int64
}

// New returns a cache of at most limit bytes; size tells the bytes of a value.
// A limit of 0 keeps nothing but still joins concurrent computations.
func New[V any](limit int64, size func(V) int64) *Cache[V] {
	return &Cache[V]{
		size: size, limit: max(limit, 0), order: list.New(),
		entries: map[Key]*list.Element{}, flights: map[Key]*Flight[V]{},
	}
}

// Claim looks key up. Exactly one of the three answers is given: a value; a
// flight that the caller leads; or a flight of somebody else to wait for.
func (c *Cache[V]) Claim(key Key) (value V, found bool, flight *Flight[V], leads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		c.order.MoveToFront(e)
		c.stats.Hits++
		return e.Value.(*entry[V]).value, true, nil, false
	}
	if f, ok := c.flights[key]; ok {
		c.stats.Followed++
		return value, false, f, false
	}
	f := &Flight[V]{cache: c, key: key, done: make(chan struct{})}
	c.flights[key] = f
	c.stats.Misses++
	return value, false, f, true
}

// Has says whether a value is kept or being made. It counts as no use.
func (c *Cache[V]) Has(key Key) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, kept := c.entries[key]
	_, making := c.flights[key]
	return kept || making
}

// Resize changes the limit and evicts at once what no longer fits.
func (c *Cache[V]) Resize(limit int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = max(limit, 0)
	c.evict()
}

// Stats returns the counters.
func (c *Cache[V]) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Entries, s.Bytes, s.Limit = int64(len(c.entries)), c.bytes, c.limit
	return s
}

// put runs under the lock, for a flight that has not ended: until then nobody
// else can put a value under its key.
func (c *Cache[V]) put(key Key, value V) {
	bytes, ok := c.weigh(value)
	if !ok || bytes > c.limit {
		return // it would only push everything else out
	}
	c.entries[key] = c.order.PushFront(&entry[V]{key, value, bytes})
	c.bytes += bytes
	c.evict()
}

// weigh is the size of an entry. A value that breaks the one who weighs it is
// still the answer that somebody waits for: it is only not kept.
func (c *Cache[V]) weigh(value V) (bytes int64, ok bool) {
	defer func() {
		if recover() != nil || bytes < entryOverhead {
			c.stats.Faults++
			bytes, ok = 0, false
		}
	}()
	return c.size(value) + entryOverhead, true
}

func (c *Cache[V]) evict() {
	for c.bytes > c.limit {
		last := c.order.Back()
		e := c.order.Remove(last).(*entry[V])
		delete(c.entries, e.key)
		c.bytes -= e.bytes
		c.stats.Evictions++
	}
}
