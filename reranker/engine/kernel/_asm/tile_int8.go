// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const int8Signature = "func(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, next *int8)"

// int8Product multiplies with 16-bit instructions, because the one for bytes
// saturates: the even bytes of a step in one pass and the odd ones in another.
var int8Product = product{
	name:      "TileI8",
	signature: int8Signature,
	doc: []string{
		"TileI8 computes c[r][j] = float32(start[j]+sum)*(rowScale[r]*columnScale[j]) +",
		"add[r][j], where sum is over the products of bytes, four for each step. A stride",
		"of zero makes add a bias; add may be c. next is fetched into the cache.",
	},
	start: (*tile).startSums,
	passes: []multiply{
		{
			weights: func(t *tile, b [2]reg.VecVirtual) {
				for _, v := range b {
					t.VPSLLW(operand.Imm(8), v, v)
					t.VPSRAW(operand.Imm(8), v, v)
				}
			},
			row: func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual) {
				x := t.vector()
				t.VPBROADCASTD(a, x)
				t.VPSLLW(operand.Imm(8), x, x)
				t.VPSRLW(operand.Imm(8), x, x)
				t.multiplyPairs(x, sum, b)
			},
		},
		{
			weights: func(t *tile, b [2]reg.VecVirtual) {
				for _, v := range b {
					t.VPSRAW(operand.Imm(8), v, v)
				}
			},
			row: func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual) {
				x := t.vector()
				t.VPBROADCASTD(a, x)
				t.VPSRLW(operand.Imm(8), x, x)
				t.multiplyPairs(x, sum, b)
			},
		},
	},
	finish: (*tile).scaleAndStore,
}

// int8VNNI does it in one instruction.
var int8VNNI = product{
	name:      "TileI8VNNI",
	signature: int8Signature,
	doc:       []string{"TileI8VNNI equals TileI8 to the last bit; it needs VNNI."},
	start:     (*tile).startSums,
	passes: []multiply{{row: func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual) {
		x := t.vector()
		t.VPBROADCASTD(a, x)
		for i, v := range sum {
			t.VPDPBUSD(b[i], x, v)
		}
	}}},
	finish: (*tile).scaleAndStore,
}

// startSums begins every sum at the column's start.
func (t *tile) startSums() {
	start := t.load("start")
	for _, sum := range t.sums {
		for i, v := range sum {
			t.VMOVUPS(at(start, i*t.bytes()), v)
		}
	}
}
