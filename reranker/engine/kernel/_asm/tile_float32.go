// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// float32Product starts every sum at the bias and adds fused products.
var float32Product = product{
	name:      "TileF32",
	signature: "func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, next *float32)",
	doc: []string{
		"TileF32 computes c[r][j] = bias[j] + sum over s of a[r][s]*b[s][j] with one",
		"fused multiply-add a step, for one panel's columns. Strides are in elements. next is fetched into the cache.",
	},
	shift:  2,
	stride: true,
	start: func(t *tile) {
		bias := t.load("bias")
		for _, sum := range t.sums {
			for i, v := range sum {
				t.VMOVUPS(at(bias, i*t.bytes()), v)
			}
		}
	},
	passes: []multiply{{row: func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual) {
		x := t.vector()
		t.VBROADCASTSS(a, x)
		for i, v := range sum {
			t.VFMADD231PS(b[i], x, v)
		}
	}}},
	finish: func(t *tile) { t.store() },
}
