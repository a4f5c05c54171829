// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"io"
	"runtime"
	"runtime/pprof"
	"sync"
	"testing"
)

// TestSignalsDoNotDisturbProducts interrupts products with the signals of a
// profiler and of the garbage collector: registers that the operating system
// does not save would show in the sums.
func TestSignalsDoNotDisturbProducts(t *testing.T) {
	const in, out, rows = 384, 384, 48
	turns := 500
	if testing.Short() { // emulated
		turns = 10
	}
	d := randomDense(random(4), out, in)
	x := Floats(rows * in)
	fill(random(5), x)
	runtime.SetCPUProfileRate(1000) // StartCPUProfile keeps a rate that is set, and says so
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	forEach(t, func(t *testing.T, s *Set) {
		if s.Name == "generic" {
			t.Skip("plain Go")
		}
		w, narrow := s.PackI16(d), narrow(t, s, d)
		q, scales := quantizedI16(s, x, rows, w)
		bytes, byteScales := quantizedI8(s, x, rows, narrow)
		want, wantI8 := Floats(rows*out), Floats(rows*out)
		s.MulI16(q, scales, rows, w, Rows(want, out))
		s.MulI8(bytes, byteScales, rows, narrow, Rows(wantI8, out))
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				y, yI8 := Floats(rows*out), Floats(rows*out)
				for range turns {
					s.MulI16(q, scales, rows, w, Rows(y, out))
					s.MulI8(bytes, byteScales, rows, narrow, Rows(yI8, out))
					if !sameBits(y, want) || !sameBits(yI8, wantI8) {
						t.Error("a product differs from the one without signals")
						return
					}
				}
			})
		}
		for range 10 {
			runtime.GC()
		}
		group.Wait()
	})
}
