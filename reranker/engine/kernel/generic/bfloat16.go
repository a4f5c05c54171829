// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package generic

import (
	"math"
	"unsafe"
)

// A bfloat16 is the upper half of a float32: 8 bits of mantissa, the first of
// which is not stored.

// RoundBF16 rounds n elements, a multiple of 32, to bfloat16. Each 32 lie stride
// elements after the ones before.
func RoundBF16(dst *uint16, src *float32, n, stride int) {
	for i, v := range unsafe.Slice(src, n) {
		*offset(dst, i/together*stride+i%together) = BFloat16(v)
	}
}

// BFloat16 rounds to nearest, ties to even. NaN gives an unspecified number.
func BFloat16(v float32) uint16 {
	bits := math.Float32bits(v)
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

func fromBF16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// together is how many products are summed before they are added to the rest: those
// of one row of a tile of AMX.
const together = 32

// BlockBF16 is the number of rows that inputs in bfloat16 are grouped by: a block
// holds the first 32 elements of each of its rows, then the next 32 of each, and
// so on.
const BlockBF16 = 32

// TileBF16 returns the bfloat16 tile for panels of the given width, which hold
// pairs of weights of their columns one after the other. a has whole blocks of
// rows, of a size that is a multiple of 32; there is at least one row and one panel, and the
// results of panels lie ldp elements apart. Products are exact in float32; of each 32
// elements of a row, the even and the odd ones are summed by themselves, then
// together, and then with the bias and what went before, as the instruction
// TDPBF16PS does (Intel SDM, volume 2), but for numbers below 2^-126, which that
// takes for zero.
func TileBF16(width int) func(rows, panels, size int, a, b *uint16, c *float32, ldc, ldp int, bias *float32) {
	return func(rows, panels, size int, a, b *uint16, c *float32, ldc, ldp int, bias *float32) {
		for n := range panels {
			panel := unsafe.Slice(offset(b, n*width*size), width*size)
			for r := range rows {
				sum := unsafe.Slice(offset(c, n*ldp+r*ldc), width)
				copy(sum, unsafe.Slice(offset(bias, n*width), width))
				multiplyBF16(sum, offset(a, r/BlockBF16*BlockBF16*size+r%BlockBF16*together), panel)
			}
		}
	}
}

// multiplyBF16 adds the products of a row and a panel to sum.
func multiplyBF16(sum []float32, row *uint16, panel []uint16) {
	for k := 0; k < len(panel)/len(sum); k += together {
		x := unsafe.Slice(offset(row, k*BlockBF16), together)
		var even, odd [maxWidth]float32
		for p := 0; p < together; p += 2 {
			x0, x1 := fromBF16(x[p]), fromBF16(x[p+1])
			w := panel[(k+p)*len(sum):][:2*len(sum)]
			for j := range sum {
				even[j] += x0 * fromBF16(w[2*j])
				odd[j] += x1 * fromBF16(w[2*j+1])
			}
		}
		for j := range sum {
			sum[j] += even[j] + odd[j]
		}
	}
}
