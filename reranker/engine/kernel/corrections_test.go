// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"slices"
	"testing"
)

// corrected are stored weights of which every third byte is moved down and every
// fifth one up.
func corrected(t *testing.T, s *Set, d *Dense) *StoredI16 {
	t.Helper()
	st := s.PackI16(d).Store()
	for i := range st.Parts {
		err := s.CorrectI8(st, i, func(row []float32, nearest []int8) {
			for k := range nearest {
				if off := math.Abs(float64(row[k]) - float64(nearest[k])); !(off <= 0.5001) {
					t.Errorf("%g is %d at the nearest", row[k], nearest[k])
				}
				nearest[k] = moved(nearest[k], k)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return st
}

func moved(nearest int8, k int) int8 {
	switch {
	case k%3 == 0:
		return max(-limitI8, nearest-1)
	case k%5 == 0 && nearest < limitI8:
		return nearest + 1
	}
	return nearest
}

// weight is that of row n and element k, wherever its panel has it.
func (p *PanelsI8) weight(part, n, k int) int8 {
	q := &p.parts[part]
	return q.weights[n/p.width*p.width*q.size+n%p.width*4+k/4*4*p.width+k%4]
}

func TestCorrectionsMoveBytesByOne(t *testing.T) {
	d := randomDense(random(5), 64, 1024)
	forEach(t, func(t *testing.T, s *Set) {
		st := corrected(t, s, d)
		plain, now := narrow(t, s, d), mustNarrow(t, s, st)
		for i := range st.Parts {
			for n := range d.Out {
				sum := 0
				for k := range now.parts[i].size {
					got, want := now.weight(i, n, k), moved(plain.weight(i, n, k), k)
					if sum += int(got); got != want {
						t.Fatalf("part %d, weight %d,%d is %d, want %d", i, n, k, got, want)
					}
				}
				if got := now.parts[i].start[n]; int(got) != -offsetI8*sum {
					t.Fatalf("part %d: sums of row %d start at %d, want %d", i, n, got, -offsetI8*sum)
				}
			}
		}
	})
}

func TestCorrectionsAreTheSameForEverySet(t *testing.T) {
	d := randomDense(random(6), 32, 96)
	want := corrected(t, genericSet(), d)
	forEach(t, func(t *testing.T, s *Set) {
		if got := corrected(t, s, d); !slices.Equal(got.Parts[0].Corrections, want.Parts[0].Corrections) {
			t.Error("corrections are not those of the generic set")
		}
	})
}

// TestNoCorrectionLeadsBeyondTheLimit: sums must not overflow, whatever a file says.
func TestNoCorrectionLeadsBeyondTheLimit(t *testing.T) {
	d := randomDense(random(7), 32, 64)
	forEach(t, func(t *testing.T, s *Set) {
		for _, all := range []uint8{0, 0b10101010, math.MaxUint8} {
			st := s.PackI16(d).Store()
			st.Parts[0].Corrections = slices.Repeat([]uint8{all}, 32*64/CorrectionsPerByte)
			if w := mustNarrow(t, s, st).parts[0].weights; slices.Min(w) < -limitI8 {
				t.Errorf("corrections %08b make a weight of %d", all, slices.Min(w))
			}
		}
	})
}

func TestCorrectionsOfPartsThatAreNotThereAreAnError(t *testing.T) {
	st := genericSet().PackI16(randomDense(random(8), 32, 32)).Store()
	for _, part := range []int{-1, 1} {
		if err := genericSet().CorrectI8(st, part, func([]float32, []int8) {}); err == nil {
			t.Errorf("part %d is corrected", part)
		}
	}
}

func mustNarrow(t *testing.T, s *Set, st *StoredI16) *PanelsI8 {
	t.Helper()
	w, err := s.NarrowI8(st)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
