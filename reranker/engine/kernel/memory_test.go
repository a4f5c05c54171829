// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"unsafe"
)

func TestMemoryIsAlignedZeroAndNobodyElses(t *testing.T) {
	var mu sync.Mutex
	var all [][]uint8
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 40 {
				// Below, at and above the sizes at which something changes.
				n := []int{0, 1, 63, large - 1, large, large + 1, hugePage, blockSize - cacheLine, blockSize, blockSize + 1}[(g+i)%10]
				b := Bytes(n)
				if len(b) != n || cap(b) != n || beyond(unsafe.Pointer(unsafe.SliceData(b)), cacheLine) != 0 {
					t.Errorf("%d bytes: length %d, capacity %d, at %p", n, len(b), cap(b), unsafe.SliceData(b))
				}
				for _, at := range []int{0, n / 2, n - 1} {
					if at >= 0 && at < n && b[at] != 0 {
						t.Errorf("%d bytes: element %d is %d", n, at, b[at])
					}
				}
				for j := range b {
					b[j] = uint8(g + 1)
				}
				if i < 10 {
					mu.Lock()
					all = append(all, b)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	for _, b := range all {
		for _, v := range b {
			if v != b[0] {
				t.Fatalf("two pieces share memory")
			}
		}
	}
	if f := Floats(large); len(f) != large || f[large-1] != 0 {
		t.Errorf("%d floats", len(f))
	}
}

// One query in a cache must not keep a block, and all that lay there, alive.
func TestWhatIsPackedAloneLiesInNoBlock(t *testing.T) {
	d := randomDense(rand.New(rand.NewPCG(8, 8)), 2*Align, large/Align)
	before := len(blocks.rest)
	p := Default().PackAlone(d)
	if len(blocks.rest) != before {
		t.Errorf("%d bytes were taken from a block", before-len(blocks.rest))
	}
	if want := Default().PackF32(d); !slices.Equal(p.weights, want.weights) {
		t.Error("the weights are not those of PackF32")
	}
}
