// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

// trie is a double-array trie over the bytes of the vocabulary: the child of
// node n by byte c is at base(n)+c if that cell's parent is n. A step costs
// one load, and the longest token that starts at some byte is found by walking
// until the walk ends, so no text, however hostile, costs more than its length
// times the longest token.
type trie struct {
	cells []cell
}

type cell struct {
	base   int32
	parent int32 // noParent where the cell is free
	id     int32 // noToken where no token ends
}

const (
	root     int32 = 0
	noParent int32 = -1
	noToken  int32 = -1
	noNode   int32 = -1
)

type entry struct {
	token string
	id    int32
}

// newTrie builds the trie from tokens in ascending order.
func newTrie(entries []entry) *trie {
	b := newBuilder(len(entries))
	b.grow(1 << 10)
	type work struct {
		node   int32
		lo, hi int // entries below node
		depth  int
	}
	stack := []work{{node: root, hi: len(entries)}}
	var labels []byte
	var starts []int
	for len(stack) > 0 {
		w := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		lo := w.lo
		if lo < w.hi && len(entries[lo].token) == w.depth {
			b.cells[w.node].id = entries[lo].id
			lo++
		}
		if lo == w.hi {
			continue
		}
		labels, starts = labels[:0], starts[:0]
		for i := lo; i < w.hi; i++ {
			if c := entries[i].token[w.depth]; len(labels) == 0 || c != labels[len(labels)-1] {
				labels, starts = append(labels, c), append(starts, i)
			}
		}
		starts = append(starts, w.hi)
		base := b.place(labels)
		b.cells[w.node].base = base
		for i, c := range labels {
			child := base + int32(c)
			b.take(child, w.node)
			stack = append(stack, work{child, starts[i], starts[i+1], w.depth + 1})
		}
	}
	// A step never needs a bounds check beyond the slice's own, because every
	// base leaves room for all 256 labels.
	return &trie{cells: b.cells}
}

// builder places nodes into cells. Free cells form a ring in ascending order
// that begins and ends at cell 0, the root, which is never free.
type builder struct {
	cells      []cell
	next, prev []int32
}

// newBuilder reserves what a vocabulary of natural language takes: about four
// cells a token.
func newBuilder(tokens int) *builder {
	room := 4*tokens + 1<<10
	b := &builder{
		cells: make([]cell, 1, room),
		next:  make([]int32, 1, room),
		prev:  make([]int32, 1, room),
	}
	b.cells[root] = cell{parent: root, id: noToken}
	return b
}

func (b *builder) grow(n int) {
	for i := int32(len(b.cells)); int(i) < n; i++ {
		last := b.prev[root]
		b.cells = append(b.cells, cell{parent: noParent, id: noToken})
		b.next, b.prev = append(b.next, root), append(b.prev, last)
		b.next[last], b.prev[root] = i, i
	}
}

func (b *builder) take(at, parent int32) {
	b.cells[at].parent = parent
	before, after := b.prev[at], b.next[at]
	b.next[before], b.prev[after] = after, before
}

// maxTries bounds the search for a node's children. A hole that nobody with
// brothers fits into is filled by an only child later.
const maxTries = 64

// place finds a base for which the cells of all labels are free. Bases leave
// room for every label and are never 0, so that no step out of a node without
// children arrives at one of the root's by accident.
func (b *builder) place(labels []byte) int32 {
	first := int32(labels[0])
	pos := b.next[root]
	for tries := 0; ; tries++ {
		if tries == maxTries || pos == root {
			pos = int32(len(b.cells)) + first // all free from here on
		}
		b.grow(int(pos) + 512)
		if base := pos - first; base > 0 && b.fits(base, labels) {
			return base
		}
		pos = b.next[pos]
	}
}

func (b *builder) fits(base int32, labels []byte) bool {
	for _, c := range labels {
		if b.cells[base+int32(c)].parent != noParent {
			return false
		}
	}
	return true
}

// walk follows key from the root and returns where it ends, or noNode.
func (t *trie) walk(key string) int32 {
	node := root
	for i := range len(key) {
		next := t.cells[node].base + int32(key[i])
		if t.cells[next].parent != node {
			return noNode
		}
		node = next
	}
	return node
}

// longest returns the longest token that is a prefix of w below the node from,
// and its length; a token of no bytes does not count.
func (t *trie) longest(from int32, w []byte) (id int32, n int) {
	cells, node := t.cells, from
	id = noToken
	base := cells[node].base
	for i, c := range w {
		next := base + int32(c)
		e := &cells[next]
		if e.parent != node {
			break
		}
		if e.id != noToken {
			id, n = e.id, i+1
		}
		node, base = next, e.base
	}
	return id, n
}
