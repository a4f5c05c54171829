// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "fmt"

// StoredI16 are PanelsI16 as files keep them: with panels of Align columns,
// whatever set is to use them.
type StoredI16 struct {
	Out, In int
	Bias    []float32
	Parts   []StoredPart
}

// StoredPart is a part of the inner dimension; see partI16.
type StoredPart struct {
	Weights []int16
	Scales  []float32
	Limit   float32

	// Corrections are those of the bytes that int8 makes of the weights; nil for
	// none. See CorrectI8.
	Corrections []uint8
}

// Packing numbers what PackI16 makes of weights and how StoredI16 lays it out.
// Who changes either counts it up, so that files of before are made anew;
// TestPackingIsWhatItsNumberSays notices.
const Packing = 1

// Store returns the panels as files keep them. Those of a set with panels of
// Align columns are shared, not copied.
func (p *PanelsI16) Store() *StoredI16 {
	s := &StoredI16{Out: p.out, In: p.in, Bias: p.bias}
	for i := range p.parts {
		q := &p.parts[i]
		weights := q.weights
		if p.bytes != nil {
			weights = Integers(len(q.weights))
			p.bytes.join(weights, q.weights, q.size)
		}
		weights = deal(weights, p.out, q.size, p.width, Align)
		s.Parts = append(s.Parts, StoredPart{Weights: weights, Scales: q.scales, Limit: q.limit})
	}
	return s
}

// Load returns stored panels for the set. It shares memory where the set has
// panels of Align columns; a narrower set's are dealt out anew, which takes
// some milliseconds for a small model.
func (s *Set) Load(st *StoredI16) (*PanelsI16, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	p := &PanelsI16{out: st.Out, in: st.In, width: s.Width, bytes: s.bytes, bias: st.Bias}
	size := st.In / len(st.Parts)
	for i := range st.Parts {
		q := &st.Parts[i]
		p.parts = append(p.parts, partI16{
			first: i * size, size: size, scales: q.Scales, limit: q.Limit,
			weights: s.ordered(deal(q.Weights, st.Out, size, Align, s.Width), size),
		})
	}
	return p, nil
}

// check makes sure that no kernel reads or adds up too much.
func (st *StoredI16) check() error {
	if st.Out <= 0 || st.In <= 0 || st.Out%Align != 0 || st.In%Align != 0 || len(st.Bias) != st.Out || len(st.Parts) != PartsI16(st.In) {
		return fmt.Errorf("stored panels of %dx%d have %d biases and %d parts", st.Out, st.In, len(st.Bias), len(st.Parts))
	}
	for i, q := range st.Parts {
		if len(q.Weights) != st.Out*(st.In/len(st.Parts)) || len(q.Scales) != st.Out || !(q.Limit >= 1 && q.Limit <= 1<<15-1) {
			return fmt.Errorf("part %d of stored panels of %dx%d has %d weights, %d scales and the limit %g", i, st.Out, st.In, len(q.Weights), len(q.Scales), q.Limit)
		}
		if q.Corrections != nil && len(q.Corrections) != len(q.Weights)/CorrectionsPerByte {
			return fmt.Errorf("part %d of stored panels of %dx%d has %d bytes of corrections", i, st.Out, st.In, len(q.Corrections))
		}
	}
	return nil
}

// eachPair makes pairs of rows of panels for the set, of another format, out of stored
// pairs of weights of neighbouring columns and the columns' scales.
func eachPair[T any](s *Set, st *StoredI16, weights []T, turn func(to []T, from []int16, scales []float32)) {
	size := st.In / len(st.Parts)
	for n := 0; n < st.Out; n += s.Width {
		for i := range st.Parts {
			q := &st.Parts[i]
			from := q.Weights[n/Align*Align*size+n%Align*2:]
			to := weights[n*st.In+i*size*s.Width:]
			for k := 0; k < size; k += 2 {
				turn(to[k*s.Width:][:2*s.Width], from[k*Align:], q.Scales[n:])
			}
		}
	}
}

// deal moves weights from panels of one width to panels of another. One width
// divides the other; a step of a panel is two weights of each column.
func deal(weights []int16, out, size, from, to int) []int16 {
	if from == to {
		return weights
	}
	dealt, run := Integers(len(weights)), 2*min(from, to)
	for n := 0; n < out; n += min(from, to) {
		src, dst := weights[n/from*from*size+n%from*2:], dealt[n/to*to*size+n%to*2:]
		for k := range size / 2 {
			copy(dst[k*2*to:][:run], src[k*2*from:][:run])
		}
	}
	return dealt
}
