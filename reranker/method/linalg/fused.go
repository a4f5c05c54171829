// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

// fusedGeneric is the inner loop of the reduction: for one row of the
// triangle it completes the last reflection and multiplies with the vector of
// the next one, so that each element is loaded once for both.
//
//	row += s*x + t*y;  dot = row . in;  out += scale*row
func fusedGeneric(row []float64, s float64, x []float64, t float64, y, in []float64, scale float64, out []float64) (dot float64) {
	x, y, in, out = x[:len(row)], y[:len(row)], in[:len(row)], out[:len(row)]
	var even, odd float64
	i := 0
	for ; i+2 <= len(row); i += 2 {
		r0 := row[i] + (s*x[i] + t*y[i])
		r1 := row[i+1] + (s*x[i+1] + t*y[i+1])
		row[i], row[i+1] = r0, r1
		even += r0 * in[i]
		odd += r1 * in[i+1]
		out[i] += scale * r0
		out[i+1] += scale * r1
	}
	if i < len(row) {
		row[i] += s*x[i] + t*y[i]
		even += row[i] * in[i]
		out[i] += scale * row[i]
	}
	return even + odd
}
