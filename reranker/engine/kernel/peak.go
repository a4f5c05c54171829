// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

// Peak is a loop of nothing but the multiplications of a set's largest tile, on
// registers: what the processor could do if nothing had to be fetched, which is
// what products are measured by. Plain Go has none.
type Peak struct {
	Operations float64 // multiplications and additions of one turn
	Run        func(turns int)
}

// PeakF32 is that of float32; Run is nil where it is not known.
func (s *Set) PeakF32() Peak {
	return Peak{Operations: 2 * float64(s.Rows*s.Width), Run: s.peakF32}
}

// tileProducts is how many products of bytes AMX makes in a turn.
const tileProducts = 4 * 16 * 16 * 64

// PeakI16 is that of int16; Run is nil where it is not known.
func (s *Set) PeakI16() Peak {
	if s.bytes != nil {
		return Peak{Operations: 2 * tileProducts / 4, Run: s.peakI16}
	}
	return Peak{Operations: 4 * float64(s.Rows*s.Width), Run: s.peakI16}
}

// PeakI8 is that of int8; Run is nil where it is not known, or not above that of
// int16.
func (s *Set) PeakI8() Peak {
	if s.bytes != nil {
		return Peak{Operations: 2 * tileProducts, Run: s.peakI8}
	}
	return Peak{Operations: 8 * float64(s.Rows*s.Width), Run: s.peakI8}
}

// PeakBF16 is that of bfloat16; Run is nil where it is not above that of float32.
func (s *Set) PeakBF16() Peak {
	return Peak{Operations: 2 * tileProducts / 2, Run: s.peakBF16}
}
