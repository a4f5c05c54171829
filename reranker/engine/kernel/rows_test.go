// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

func TestLayerNormIsWithinTheBound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, n := range []int{1, 7, 26, 32, 64, 312, 384, 768} {
			r := random(uint64(n))
			x, xCheck := guarded(n, n%7)
			residual, gamma, beta := make([]float32, n), make([]float32, n), make([]float32, n)
			for _, v := range [][]float32{x, residual, gamma, beta} {
				fill(r, v)
			}
			want := exactNorm(x, residual, gamma, beta, 1e-12)
			dst, check := guarded(n, 3)
			s.LayerNorm(dst, x, residual, gamma, beta, 1e-12)
			check(t)
			s.LayerNorm(x, x, residual, gamma, beta, 1e-12)
			xCheck(t)
			if !sameBits(x, dst) {
				t.Fatalf("n %d: in place differs", n)
			}
			for i := range want {
				// The normalised value is at most sqrt(n), and its rounding
				// errors grow with the sums that lead to it.
				bound := 1e-6 * (1 + math.Abs(float64(gamma[i]))*math.Sqrt(float64(n)))
				if n > 1 && !(math.Abs(float64(dst[i])-want[i]) <= bound) {
					t.Fatalf("n %d: element %d is %g, want %g within %g", n, i, dst[i], want[i], bound)
				}
			}
		}
	})
}

func exactNorm(x, residual, gamma, beta []float32, eps float64) []float64 {
	n := float64(len(x))
	y, mean := make([]float64, len(x)), 0.0
	for i := range x {
		y[i] = float64(x[i]) + float64(residual[i])
		mean += y[i] / n
	}
	variance := 0.0
	for _, v := range y {
		variance += (v - mean) * (v - mean) / n
	}
	for i := range y {
		y[i] = float64(gamma[i])*(y[i]-mean)/math.Sqrt(variance+eps) + float64(beta[i])
	}
	return y
}

func TestGELUIsWithinTheBound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, n := range []int{1, 31, 32, 64, 96, 128, 160, 256, 1536, 1 << 16} {
			x, check := guarded(n, n%5)
			for i := range x {
				x[i] = float32(i)/float32(n)*24 - 12
			}
			in := append([]float32(nil), x...)
			s.GELU(x)
			check(t)
			for i, v := range in {
				want := 0.5 * float64(v) * (1 + math.Erf(float64(v)/math.Sqrt2))
				bound := 1.5e-6 + 3e-7*math.Abs(float64(v))
				if !(math.Abs(float64(x[i])-want) <= bound) {
					t.Fatalf("n %d: gelu(%g) is %g, want %g within %g", n, v, x[i], want, bound)
				}
			}
		}
	})
}

func TestSoftmaxIsADistribution(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for columns := s.Width; columns <= 8*s.Width; columns += s.Width {
			for rows := range 5 {
				rows++
				r := random(uint64(columns + rows))
				x, check := guarded(rows*columns, rows)
				fill(r, x)
				for i := range x {
					x[i] *= 10
				}
				x[0] = outside
				in := append([]float32(nil), x...)
				s.Softmax(x, rows, columns)
				check(t)
				for i := range rows {
					checkSoftmax(t, in[i*columns:(i+1)*columns], x[i*columns:(i+1)*columns])
				}
			}
		}
	})
}

func checkSoftmax(t *testing.T, in, got []float32) {
	t.Helper()
	largest, sum, total := math.Inf(-1), 0.0, 0.0
	for _, v := range in {
		largest = max(largest, float64(v))
	}
	for _, v := range in {
		sum += math.Exp(float64(v) - largest)
	}
	for i, v := range in {
		want := math.Exp(float64(v)-largest) / sum
		// The difference to the largest is rounded before its exponential.
		bound := want*(1e-6+0x1p-23*math.Abs(float64(v)-largest)) + 1e-35
		if !(math.Abs(float64(got[i])-want) <= bound) {
			t.Fatalf("probability of %g is %g, want %g", v, got[i], want)
		}
		total += float64(got[i])
	}
	if math.Abs(total-1) > 1e-5 {
		t.Fatalf("probabilities add up to %g", total)
	}
}

func TestQuantisedRowsEqualTheGenericOnesBitForBit(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, n := range []int{32, 64, 384, 1536} {
			for _, scale := range []float32{0, 1e-35, 1e-20, 1, 1e20} {
				x, check := guarded(n, n%3)
				fill(random(uint64(n)), x)
				for i := range x {
					x[i] *= scale
				}
				got, want := make([]int16, n), make([]int16, n)
				a := s.quantizeI16(&got[0], &x[0], n, 4321)
				b := generic.QuantizeI16(&want[0], &x[0], n, 4321)
				check(t)
				if a != b {
					t.Errorf("n %d, magnitude %g: scale %g, want %g", n, scale, a, b)
				}
				for i := range got {
					if got[i] != want[i] || got[i] > 4321 || got[i] < -4321 {
						t.Fatalf("n %d, magnitude %g: element %d is %d, want %d", n, scale, i, got[i], want[i])
					}
				}
			}
		}
	})
}

func TestPackedKeysAreTheColumns(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, dim := range []int{32, 64} {
			for rows := 1; rows <= 2*s.Width+3; rows++ {
				keys := make([]float32, rows*dim)
				fill(random(uint64(rows)), keys)
				dst, check := guarded(s.PadColumns(rows)*dim, 1)
				s.PackKeys(dst, keys, rows, dim)
				check(t)
				for i, got := range dst {
					panel, d, j := i/(s.Width*dim), i%(s.Width*dim)/s.Width, i%s.Width
					want := float32(0)
					if row := panel*s.Width + j; row < rows {
						want = keys[row*dim+d]
					}
					if got != want {
						t.Fatalf("%d rows of %d: element %d is %g, want %g", rows, dim, i, got, want)
					}
				}
			}
		}
	})
}

func TestAttentionEqualsItsDefinition(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, dim := range []int{32, 64} {
			for _, n := range []int{1, 2, 7, 15, 16, 17, 31, 32, 33, 64, 100} {
				r := random(uint64(n*dim + 1))
				q, k, v := make([]float32, n*dim), make([]float32, n*dim), make([]float32, n*dim)
				for _, x := range [][]float32{q, k, v} {
					fill(r, x)
				}
				stride := 2 * dim
				out, check := guarded((n-1)*stride+dim, 2)
				scratch, scratchCheck := guarded(s.AttentionScratch(n, dim), 0)
				s.Attention(out, stride, q, k, v, n, n, dim, scratch)
				check(t)
				scratchCheck(t)
				checkAttention(t, out, stride, q, k, v, n, dim)
				checkFirstQueries(t, s, out, stride, q, k, v, n, dim)
			}
		}
	})
}

// checkFirstQueries compares the rows of fewer queries with those of all.
func checkFirstQueries(t *testing.T, s *Set, all []float32, stride int, q, k, v []float32, n, dim int) {
	t.Helper()
	for _, queries := range []int{1, s.Rows + 1, n - 1} {
		if queries < 1 || queries > n {
			continue
		}
		out, check := guarded((queries-1)*stride+dim, 2)
		s.Attention(out, stride, q[:queries*dim], k, v, queries, n, dim, Floats(s.AttentionScratch(n, dim)))
		check(t)
		for r := range queries {
			if !sameBits(out[r*stride:][:dim], all[r*stride:][:dim]) {
				t.Fatalf("%d tokens of %d: row %d of %d queries differs from that of all", n, dim, r, queries)
			}
		}
	}
}

func checkAttention(t *testing.T, out []float32, stride int, q, k, v []float32, n, dim int) {
	t.Helper()
	for i := range n {
		p, sum := make([]float64, n), 0.0
		for j := range n {
			score := 0.0
			for d := range dim {
				score += float64(q[i*dim+d]) * float64(k[j*dim+d])
			}
			p[j] = math.Exp(score)
			sum += p[j]
		}
		for d := range dim {
			want := 0.0
			for j := range n {
				want += p[j] / sum * float64(v[j*dim+d])
			}
			if got := float64(out[i*stride+d]); !(math.Abs(got-want) <= 5e-5) {
				t.Fatalf("%d tokens of %d: element %d,%d is %g, want %g", n, dim, i, d, got, want)
			}
		}
		for d := dim; d < stride && i < n-1; d++ {
			if out[i*stride+d] != canary {
				t.Fatalf("%d tokens of %d: row %d was written beyond its end", n, dim, i)
			}
		}
	}
}
