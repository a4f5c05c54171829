// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (g *generator) layerNorm() {
	g.function("LayerNorm", "func(dst, x, residual, gamma, beta *float32, n int, eps float32)",
		"LayerNorm normalises one row of n elements, a multiple of two vectors.")
	pair := 2 * g.lanes
	dst := g.load("dst")
	x, residual := g.load("x"), g.load("residual")
	sums := []reg.VecVirtual{g.zero(), g.zero()}
	g.walk("sum", pair, []reg.Register{dst, x, residual}, func(i int) {
		v := g.vector()
		g.VMOVUPS(at(x, i*g.bytes()), v)
		g.VADDPS(at(residual, i*g.bytes()), v, v)
		g.VMOVUPS(v, at(dst, i*g.bytes()))
		g.VADDPS(v, sums[i], sums[i])
	})
	count := g.XMM()
	n := g.load("n")
	g.VXORPS(count, count, count)
	g.VCVTSI2SSQ(n, count, count)
	mean := g.average(sums, count)

	g.Load(g.Param("dst"), dst)
	squares := []reg.VecVirtual{g.zero(), g.zero()}
	g.walk("square", pair, []reg.Register{dst}, func(i int) {
		v := g.vector()
		g.VMOVUPS(at(dst, i*g.bytes()), v)
		g.VSUBPS(mean, v, v)
		g.VFMADD231PS(v, v, squares[i])
	})
	variance := g.average(squares, count).AsX()
	eps := g.XMM()
	g.Load(g.Param("eps"), eps)
	g.VADDSS(eps, variance, eps)
	g.VSQRTSS(eps, eps, eps)
	one := g.XMM()
	g.VMOVSS(g.constant(1), one)
	g.VDIVSS(eps, one, one)
	scale := g.vector()
	g.VBROADCASTSS(one, scale)

	g.Load(g.Param("dst"), dst)
	gamma, beta := g.load("gamma"), g.load("beta")
	g.walk("normalise", pair, []reg.Register{dst, gamma, beta}, func(i int) {
		v := g.vector()
		g.VMOVUPS(at(dst, i*g.bytes()), v)
		g.VSUBPS(mean, v, v)
		g.VMULPS(scale, v, v)
		g.VMULPS(at(gamma, i*g.bytes()), v, v)
		g.VADDPS(at(beta, i*g.bytes()), v, v)
		g.VMOVUPS(v, at(dst, i*g.bytes()))
	})
	g.leave()
}

// walk runs body for each of the two vectors of every pair of the n elements
// and moves the pointers on after each pair.
func (g *generator) walk(name string, pair int, pointers []reg.Register, body func(i int)) {
	n := g.load("n")
	g.each(name, n, pair, func() {
		for i := range 2 {
			body(i)
		}
		for _, p := range pointers {
			g.ADDQ(operand.Imm(uint64(4*pair)), p)
		}
	})
}

// average spreads the sum of both vectors divided by count.
func (g *generator) average(sums []reg.VecVirtual, count reg.VecVirtual) reg.VecVirtual {
	g.VADDPS(sums[1], sums[0], sums[0])
	total := g.reduce(sums[0], g.VADDPS)
	g.VDIVSS(count, total, total)
	v := g.vector()
	g.VBROADCASTSS(total, v)
	return v
}
