// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

func TestEverySetProvesItself(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		if wrong := firstWrong(everyClaim(s), everyClaim(genericSet())); wrong != "" {
			t.Errorf("%s are not those of plain Go", wrong)
		}
	})
}

// spoilers make one kernel of a set slightly wrong, each in one number.
var spoilers = map[string]func(s *Set){
	"keys": func(s *Set) {
		s.transpose8 = func(dst *float32, dstStride int, src *float32, srcStride, columns int) {
			generic.Transpose8(dst, dstStride, src, srcStride, columns-1)
		}
	},
	"rotation": func(s *Set) {
		s.rotate = func(dst, src *float32, n int) { generic.Rotate(dst, src, n, rotatedTogether/2) }
	},
	"int16 rows": func(s *Set) {
		s.quantizeI16 = func(dst *int16, src *float32, n int, limit float32) float32 {
			defer func() { *dst++ }()
			return generic.QuantizeI16(dst, src, n, limit)
		}
	},
	"int8 rows": func(s *Set) {
		s.quantizeI8 = func(dst *uint8, src *float32, n int, limit float32) float32 {
			defer func() { *dst++ }()
			return generic.QuantizeI8(dst, src, n, limit)
		}
	},
	"dot product": func(s *Set) {
		s.dot = func(a, b *float32, n int) float32 { return generic.Dot(a, b, n-1) }
	},
	"layer norm": func(s *Set) {
		s.layerNorm = func(dst, x, residual, gamma, beta *float32, n int, eps float32) {
			generic.LayerNorm(dst, x, residual, gamma, beta, n, eps)
			*dst += 1e-4
		}
	},
	"GELU": func(s *Set) { s.gelu = func(x *float32, n int) { generic.GELU(x, n-1) } },
	"softmax": func(s *Set) {
		s.softmax = func(x *float32, rows, n int) { generic.Softmax(x, rows-1, n) }
	},
	"float32 products": func(s *Set) {
		s.tileF32 = func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, next *float32) {
			generic.TileF32(genericWidth)(rows, steps-1, a, lda, b, ldb, c, ldc, bias, next)
		}
	},
	"int16 products": func(s *Set) {
		s.tileI16 = func(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16) {
			generic.TileI16(genericWidth)(rows, steps, a, lda, b, c, ldc, rowScale, columnScale, add, addStride, next)
			*c += 1e-6
		}
	},
	"int8 products": func(s *Set) {
		s.tileI8 = func(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, next *int8) {
			generic.TileI8(genericWidth)(rows, steps-1, a, lda, b, c, ldc, rowScale, columnScale, start, add, addStride, next)
		}
	},
}

func TestASetWithAWrongKernelIsLeftOut(t *testing.T) {
	for _, c := range claims {
		t.Run(c.kernel, func(t *testing.T) {
			s := genericSet()
			spoilers[c.kernel](s)
			right := genericSet()
			if wrong := firstWrong(everyClaim(s), everyClaim(right)); wrong != c.kernel {
				t.Errorf("what is wrong is said to be %q, want %q", wrong, c.kernel)
			}
			good, leftOut := proven([]*Set{s, right})
			if len(good) != 1 || good[0] != right {
				t.Errorf("%d sets are left of a wrong one and a right one, want the right one", len(good))
			}
			if len(leftOut) != 1 || !strings.Contains(leftOut[0], c.kernel) {
				t.Errorf("left out are %q, want one whose %s are wrong", leftOut, c.kernel)
			}
		})
	}
}

// BenchmarkProof is what a process pays once.
func BenchmarkProof(b *testing.B) {
	sets := Available()
	for b.Loop() {
		proven(sets)
	}
}
