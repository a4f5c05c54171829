// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const int16Signature = "func(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16)"

// int16Product multiplies pairs and adds them to 32-bit sums in two
// instructions.
var int16Product = product{
	name:      "TileI16",
	signature: int16Signature,
	doc: []string{
		"TileI16 computes c[r][j] = float32(sum)*(rowScale[r]*columnScale[j]) + add[r][j],",
		"where sum is over the products of int16 pairs, two for each step. A stride of",
		"zero makes add a bias; add may be c. next is fetched into the cache.",
	},
	shift: 1,
	start: (*tile).zeroSums,
	passes: []multiply{{row: func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual) {
		x := t.vector()
		t.VPBROADCASTD(a, x)
		t.multiplyPairs(x, sum, b)
	}}},
	finish: (*tile).scaleAndStore,
}

// int16VNNI does the same in one instruction.
var int16VNNI = product{
	name:      "TileI16VNNI",
	signature: int16Signature,
	doc:       []string{"TileI16VNNI equals TileI16 to the last bit; it needs AVX-512 VNNI."},
	shift:     1,
	start:     (*tile).zeroSums,
	passes: []multiply{{row: func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual) {
		x := t.vector()
		t.VPBROADCASTD(a, x)
		for i, v := range sum {
			t.VPDPWSSD(b[i], x, v)
		}
	}}},
	finish: (*tile).scaleAndStore,
}

func (t *tile) zeroSums() {
	for _, sum := range t.sums {
		for _, v := range sum {
			t.clear(v)
		}
	}
}

// multiplyPairs adds the products of the 16-bit pairs in x, which is lost.
func (t *tile) multiplyPairs(x reg.VecVirtual, sum, b [2]reg.VecVirtual) {
	y := t.vector()
	t.VPMADDWD(b[0], x, y)
	t.VPADDD(y, sum[0], sum[0])
	t.VPMADDWD(b[1], x, x)
	t.VPADDD(x, sum[1], sum[1])
}

// scaleAndStore turns the integer sums into float32. Multiplication and
// addition are not fused, so that plain Go can do the same.
func (t *tile) scaleAndStore() {
	rowScale, columnScale, add := t.load("rowScale"), t.load("columnScale"), t.load("add")
	stride := t.load("addStride")
	t.SHLQ(operand.Imm(2), stride)
	for r, sum := range t.sums {
		row := t.vector()
		t.VBROADCASTSS(at(rowScale, 4*r), row)
		for i, v := range sum {
			scale := t.vector()
			t.VMULPS(at(columnScale, i*t.bytes()), row, scale)
			t.VCVTDQ2PS(v, v)
			t.VMULPS(scale, v, v)
			t.VADDPS(at(add, i*t.bytes()), v, v)
		}
		if r+1 < t.rows {
			t.ADDQ(stride, add)
		}
	}
	t.store()
}
