// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStoredPanelsAreTheSameForEverySet(t *testing.T) {
	for _, size := range []struct{ out, in int }{{32, 32}, {96, 64}, {64, 1536}} {
		d := randomDense(random(9), size.out, size.in)
		want := genericSet().PackI16(d).Store()
		forEach(t, func(t *testing.T, s *Set) {
			packed := s.PackI16(d)
			stored := packed.Store()
			if diff := cmp.Diff(want, stored); diff != "" {
				t.Fatalf("%v stored by %s differs from the generic one:\n%.400s", size, s.Name, diff)
			}
			loaded, err := s.Load(stored)
			if err != nil {
				t.Fatal(err)
			}
			for i := range packed.parts {
				a, b := &packed.parts[i], &loaded.parts[i]
				if !slices.Equal(a.weights, b.weights) || !slices.Equal(a.scales, b.scales) || a.limit != b.limit || a.first != b.first || a.size != b.size {
					t.Fatalf("%v: part %d is not what was packed", size, i)
				}
			}
		})
	}
}

func TestStoredPanelsThatDoNotFitAreAnError(t *testing.T) {
	good := func() *StoredI16 { return genericSet().PackI16(randomDense(random(9), 64, 64)).Store() }
	for name, spoil := range map[string]func(*StoredI16){
		"no columns":       func(s *StoredI16) { s.Out = 0 },
		"odd rows":         func(s *StoredI16) { s.In = 33 },
		"few biases":       func(s *StoredI16) { s.Bias = s.Bias[1:] },
		"no parts":         func(s *StoredI16) { s.Parts = nil },
		"few weights":      func(s *StoredI16) { s.Parts[0].Weights = s.Parts[0].Weights[2:] },
		"few scales":       func(s *StoredI16) { s.Parts[0].Scales = nil },
		"a limit of zero":  func(s *StoredI16) { s.Parts[0].Limit = 0 },
		"few corrections":  func(s *StoredI16) { s.Parts[0].Corrections = make([]uint8, 7) },
		"too high a limit": func(s *StoredI16) { s.Parts[0].Limit = 40000 },
	} {
		st := good()
		spoil(st)
		if _, err := genericSet().Load(st); err == nil {
			t.Errorf("%s is no error", name)
		}
		if _, err := genericSet().NarrowI8(st); err == nil {
			t.Errorf("%s is no error for bytes", name)
		}
		if _, err := genericSet().RoundBF16(st); err == nil {
			t.Errorf("%s is no error for bfloat16", name)
		}
	}
}

// Files of weights outlive the program that made them.
func TestPackingIsWhatItsNumberSays(t *testing.T) {
	d := &Dense{Out: 64, In: 1536, Weights: make([]float32, 64*1536), Bias: make([]float32, 64)}
	for i := range d.Weights {
		d.Weights[i] = float32(i*i%1009)/504 - 1
	}
	h := sha256.New()
	for _, p := range genericSet().PackI16(d).Store().Parts {
		for _, x := range []any{p.Weights, p.Scales, p.Limit} {
			if err := binary.Write(h, binary.LittleEndian, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	const want = "7cae28e377cb8e7a176ef6043f89c34c444ad4cb8a300ff0f8c6e14c94f68a68"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("weights are packed otherwise than before, digest %s: if that is meant, count Packing up from %d and note the digest here", got, Packing)
	}
}
