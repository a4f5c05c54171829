// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

// WidenF32 makes float32 of stored weights, so that those of a file and those just
// packed give the same bits.
func (s *Set) WidenF32(st *StoredI16) (*PanelsF32, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	p := &PanelsF32{out: st.Out, in: st.In, width: s.Width, weights: Floats(st.Out * st.In), bias: st.Bias}
	eachPair(s, st, p.weights, widenRows)
	return p, nil
}

// widenRows makes two rows of a panel of pairs of weights of neighbouring columns.
func widenRows(to []float32, from []int16, scales []float32) {
	width := len(to) / 2
	for j := range width {
		to[j], to[width+j] = float32(from[2*j])*scales[j], float32(from[2*j+1])*scales[j]
	}
}
