// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"runtime"
	"sync"
)

// CorrectionsPerByte is how corrections are kept. They move the bytes that are nearest
// to weights by one, down or up, where products err less for it; each is
// two bits, one more than itself, and they follow each other row by row.
const CorrectionsPerByte = 4

// CorrectI8 makes the corrections of a part of stored weights. round is given each
// of its rows, rotated and in steps of bytes, with the integers nearest to it, which it may
// move by one. It is called from several goroutines.
func (s *Set) CorrectI8(st *StoredI16, part int, round func(row []float32, nearest []int8)) error {
	if err := st.check(); err != nil {
		return err
	}
	if part < 0 || part >= len(st.Parts) {
		return fmt.Errorf("part %d of stored panels with %d", part, len(st.Parts))
	}
	q, size := &st.Parts[part], st.In/len(st.Parts)
	corrections := make([]uint8, st.Out*size/CorrectionsPerByte)
	workers := runtime.GOMAXPROCS(0)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			r := s.newRowsI8(size)
			for n := w * st.Out / workers; n < (w+1)*st.Out/workers; n++ {
				r.correct(q, n, corrections[n*size/CorrectionsPerByte:][:size/CorrectionsPerByte], round)
			}
		})
	}
	group.Wait()
	q.Corrections = corrections
	return nil
}

// rowsI8 makes bytes of rows of stored weights.
type rowsI8 struct {
	kernels  *Set
	rotation int
	row      []float32 // as rotated
	bytes    []uint8   // nearest to it, more by offsetI8
}

func (s *Set) newRowsI8(size int) *rowsI8 {
	return &rowsI8{kernels: s, rotation: rotationOf(size), row: Floats(size), bytes: Bytes(size)}
}

// read takes row n of a part, and returns the step between bytes.
func (r *rowsI8) read(q *StoredPart, n int) (step float32) {
	size := len(r.row)
	stored := q.Weights[n/Align*Align*size+n%Align*2:]
	for k := range r.row {
		r.row[k] = float32(stored[k/2*2*Align+k%2])
	}
	r.kernels.Rotate(r.row, r.row, r.rotation)
	return r.kernels.quantizeI8(&r.bytes[0], &r.row[0], size, limitI8)
}

// apply moves the bytes as the corrections of row n say. No corrections, those of a
// damaged file included, lead beyond the limit.
func (r *rowsI8) apply(q *StoredPart, n int) {
	if q.Corrections == nil {
		return
	}
	size := len(r.row)
	for i, four := range q.Corrections[n*size/CorrectionsPerByte:][:size/CorrectionsPerByte] {
		for j := range CorrectionsPerByte {
			b := &r.bytes[i*CorrectionsPerByte+j]
			moved := int(*b) + int(four>>(2*j)&3) - 1
			*b = uint8(max(offsetI8-limitI8, min(offsetI8+limitI8, moved)))
		}
	}
}

// correct writes the corrections of row n.
func (r *rowsI8) correct(q *StoredPart, n int, dst []uint8, round func(row []float32, nearest []int8)) {
	step := r.read(q, n)
	integers := make([]int8, len(r.row))
	for k, b := range r.bytes {
		r.row[k] /= step
		integers[k] = int8(int(b) - offsetI8)
	}
	round(r.row, integers)
	for k, v := range integers {
		moved := max(-1, min(1, int(v)-(int(r.bytes[k])-offsetI8)))
		dst[k/CorrectionsPerByte] |= uint8(moved+1) << (k % CorrectionsPerByte * 2)
	}
}
