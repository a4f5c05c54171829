// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync"
	"unsafe"
)

// cacheLine is the alignment of the memory that kernels work on: no vector of
// any instruction set then straddles two lines.
const cacheLine = 64

// What is large, weights and activations, lies side by side in blocks of huge
// pages: every text goes through tens of megabytes of it, and pages from all over
// the memory cost translations and collide in the caches (docs/performance.md). A
// block lives as long as anything in it, so nothing that a request or a cache holds may
// lie there: see PackAlone.
const (
	large     = 64 << 10
	hugePage  = 2 << 20
	blockSize = 4 * hugePage
)

// Floats returns n zeros that start at a cache line.
func Floats(n int) []float32 { return aligned[float32](n) }

// Integers returns n zeros that start at a cache line.
func Integers(n int) []int16 { return aligned[int16](n) }

// Bytes returns n zeros that start at a cache line.
func Bytes(n int) []uint8 { return aligned[uint8](n) }

// Halves returns n zeros that start at a cache line.
func Halves(n int) []uint16 { return aligned[uint16](n) }

func aligned[T int8 | uint8 | int16 | uint16 | float32](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	if n >= large/size {
		return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(blocks.take(n*size)))), n)
	}
	return alone[T](n)
}

// alone returns n zeros that start at a cache line and lie beside nothing.
func alone[T int8 | uint8 | int16 | uint16 | float32](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	memory := make([]T, n+cacheLine/size)
	skip := beyond(unsafe.Pointer(unsafe.SliceData(memory)), cacheLine) / size
	return memory[skip : skip+n : skip+n]
}

// beyond is how many bytes an address lies before the next multiple of unit.
func beyond(address unsafe.Pointer, unit int) int {
	return -int(uintptr(address)) & (unit - 1)
}

// carver hands out parts of blocks.
type carver struct {
	mu   sync.Mutex
	rest []byte // of the last block
}

var blocks carver

// take returns n zeros that start at a cache line.
func (c *carver) take(n int) []byte {
	if n > blockSize/2 {
		return newBlock(n)[:n:n]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rest) < n {
		c.rest = newBlock(blockSize)
	}
	part := c.rest[:n:n]
	c.rest = c.rest[min((n+cacheLine-1)&^(cacheLine-1), len(c.rest)):]
	return part
}

// newBlock returns whole huge pages, n bytes or more.
func newBlock(n int) []byte {
	n = (n + hugePage - 1) &^ (hugePage - 1)
	memory := make([]byte, n+hugePage)
	skip := beyond(unsafe.Pointer(unsafe.SliceData(memory)), hugePage)
	block := memory[skip : skip+n]
	wishHuge(block)
	return block
}
