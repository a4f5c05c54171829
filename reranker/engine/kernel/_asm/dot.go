// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dot adds fused products in as many vectors as 32 elements fill, then adds
// those vectors in pairs: always in the same order.
func (g *generator) dot() {
	g.function("Dot", "func(a, b *float32, n int) float32",
		"Dot is the sum of a[i]*b[i] over n elements, a multiple of 32.")
	a, b, n := g.load("a"), g.load("b"), g.load("n")
	sums := make([]reg.VecVirtual, 32/g.lanes)
	for i := range sums {
		sums[i] = g.zero()
	}
	g.each("products", n, 32, func() {
		for i, sum := range sums {
			v := g.vector()
			g.VMOVUPS(at(a, i*g.bytes()), v)
			g.VFMADD231PS(at(b, i*g.bytes()), v, sum)
		}
		g.ADDQ(operand.U32(32*4), a)
		g.ADDQ(operand.U32(32*4), b)
	})
	for len(sums) > 1 {
		half := len(sums) / 2
		for i := range half {
			g.VADDPS(sums[half+i], sums[i], sums[i])
		}
		sums = sums[:half]
	}
	g.Store(g.reduce(sums[0], g.VADDPS).AsX(), g.ReturnIndex(0))
	g.leave()
}
