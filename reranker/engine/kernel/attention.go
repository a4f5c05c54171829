// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "fmt"

// zeros is the bias of products that have none.
var zeros [Align]float32

// outside is the score of the columns after the last token: its exponential is
// nothing beside that of any real score.
const outside = -1e30

// masks[w] ends in w columns that are outside.
var masks = func() (m [Align][Align]float32) {
	for w := range m {
		for j := Align - w; j < Align; j++ {
			m[w][j] = outside
		}
	}
	return m
}()

// AttentionScratch returns the number of elements that Attention needs as
// working memory for a sequence of n tokens and heads of dim elements.
func (s *Set) AttentionScratch(n, dim int) int {
	columns := s.PadColumns(n)
	return columns*dim + s.Rows*columns
}

// Attention computes one head of self-attention over one sequence of n tokens,
// for its first queries tokens:
//
//	out = softmax(Q Kᵀ) V
//
// Q is queries rows, K and V are n rows of dim elements, one after the other, and
// Q carries the factor 1/sqrt(dim) already. Row r of the result goes to
// out[r*stride] and does not depend on the other rows of Q. The scores of a few
// rows at a time stay in the cache; the whole matrix of them never exists.
func (s *Set) Attention(out []float32, stride int, q, k, v []float32, queries, n, dim int, scratch []float32) {
	if queries < 1 || queries > n || dim%Align != 0 || len(q) < queries*dim || len(k) < n*dim || len(v) < n*dim ||
		len(out) < (queries-1)*stride+dim || len(scratch) < s.AttentionScratch(n, dim) {
		panic(fmt.Sprintf("BUG: attention of %d of %d tokens, %d elements: q %d, k %d, v %d, out %d by %d, scratch %d", queries, n, dim, len(q), len(k), len(v), len(out), stride, len(scratch)))
	}
	columns := s.PadColumns(n)
	keys, scores := scratch[:columns*dim], scratch[columns*dim:]
	s.PackKeys(keys, k, n, dim)
	mask := &masks[columns-n][Align-s.Width]
	for r := 0; r < queries; {
		rows := s.tileRows(queries - r)
		for c := 0; c < columns; c += s.Width {
			bias := &zeros[0]
			if c+s.Width == columns {
				bias = mask
			}
			s.tileF32(rows, dim, &q[r*dim], dim, &keys[c*dim], s.Width, &scores[c], columns, bias, &v[0])
		}
		s.Softmax(scores, rows, columns)
		for d := 0; d < dim; d += s.Width {
			s.tileF32(rows, n, &scores[0], columns, &v[d], dim, &out[r*stride+d], stride, &zeros[0], &v[d])
		}
		r += rows
	}
}
