// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/mmcloughlin/avo/reg"

// peaks writes loops that multiply and add as tiles do, but registers only: what
// the processor could do if nothing had to be fetched.
func (g *generator) peaks() {
	g.peak("PeakF32", "PeakF32 makes turns times as many fused products of float32 as the largest tile in a step.",
		func(x, y, sum reg.VecVirtual) { g.VFMADD231PS(x, y, sum) })
	g.peak("PeakI16", "PeakI16 makes turns times as many products of int16 pairs as the largest tile in a step.",
		func(x, y, sum reg.VecVirtual) {
			product := g.vector()
			g.VPMADDWD(x, y, product)
			g.VPADDD(product, sum, sum)
		})
	if g.wide() {
		g.peaksVNNI()
	}
}

func (g *generator) peaksVNNI() {
	g.peak("PeakI16VNNI", "PeakI16VNNI makes turns times as many products of int16 pairs as the largest tile in a step. It needs VNNI.",
		func(x, y, sum reg.VecVirtual) { g.VPDPWSSD(x, y, sum) })
	g.peak("PeakI8VNNI", "PeakI8VNNI makes turns times as many products of four bytes as the largest tile in a step. It needs VNNI.",
		func(x, y, sum reg.VecVirtual) { g.VPDPBUSD(x, y, sum) })
}

func (g *generator) peak(name, doc string, step func(x, y, sum reg.VecVirtual)) {
	g.function(name, "func(turns int)", doc)
	turns := g.load("turns")
	x, y, sums := g.zero(), g.zero(), make([]reg.VecVirtual, 2*g.rows)
	for i := range sums {
		sums[i] = g.zero()
	}
	g.each("turns", turns, 1, func() {
		for _, sum := range sums {
			step(x, y, sum)
		}
	})
	g.leave()
}
