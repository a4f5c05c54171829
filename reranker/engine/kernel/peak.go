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

// PeakI16 is that of int16; Run is nil where it is not known.
func (s *Set) PeakI16() Peak {
	if s.bytes != nil {
		return Peak{Operations: 2 * 16 * 16 * 64, Run: s.peakI16}
	}
	return Peak{Operations: 4 * float64(s.Rows*s.Width), Run: s.peakI16}
}
