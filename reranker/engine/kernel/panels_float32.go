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
	size := st.In / len(st.Parts)
	for n := 0; n < st.Out; n += s.Width {
		for i := range st.Parts {
			q := &st.Parts[i]
			from := q.Weights[n/Align*Align*size+n%Align*2:]
			to := p.weights[n*st.In+i*size*s.Width:]
			for k := 0; k < size; k += 2 {
				widenRows(to[k*s.Width:][:2*s.Width], from[k*Align:], q.Scales[n:])
			}
		}
	}
	return p, nil
}

// widenRows makes two rows of a panel of pairs of weights of neighbouring columns.
func widenRows(to []float32, from []int16, scales []float32) {
	width := len(to) / 2
	for j := range width {
		to[j], to[width+j] = float32(from[2*j])*scales[j], float32(from[2*j+1])*scales[j]
	}
}
