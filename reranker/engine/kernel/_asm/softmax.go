// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// expCoefficients is the minimax polynomial of exp(r) for |r| <= ln(2)/2, with
// a relative error below 2e-8.
var expCoefficients = []float32{
	1, 1, 0.5, 0.16666415333747864, 0.041666217148303986, 0.008375137113034725, 0.0013948592822998762,
}

// ln2High + ln2Low is ln(2) in more than float32's precision; n*ln2High is
// exact for the small integers n that occur.
const (
	log2e   = 1.44269504
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
)

// expFloor is where exp(x) is taken as constant: it is below 1e-37, and the
// exponent of the result must not leave the range of normal numbers.
const expFloor = -86

// exp replaces every x by exp(x), for x <= 0:
//
//	exp(x) = 2ⁿ * exp(r), n = round(x/ln(2)), r = x - n*ln(2)
func (g *generator) exp(x []reg.VecVirtual) []reg.VecVirtual {
	n := g.vectors(len(x))
	for i := range x {
		g.atLeast(expFloor, x[i], x[i])
		g.multiply(log2e, x[i], n[i])
		if g.wide() {
			g.VRNDSCALEPS(operand.Imm(0), n[i], n[i])
		} else {
			g.VROUNDPS(operand.Imm(0), n[i], n[i])
		}
		g.addMultiple(-ln2High, n[i], x[i])
		g.addMultiple(-ln2Low, n[i], x[i])
	}
	p := g.polynomial(expCoefficients, x)
	for i := range x {
		g.scale(n[i], p[i])
	}
	return p
}

// addMultiple computes x = c*n + x.
func (g *generator) addMultiple(c float32, n, x reg.Register) {
	if g.wide() {
		g.VFMADD231PS_BCST(g.constant(c), n, x)
		return
	}
	g.VFMADD231PS(g.constant(c), n, x)
}

// scale computes p = p * 2ⁿ for integers n.
func (g *generator) scale(n, p reg.Register) {
	if g.wide() {
		g.VSCALEFPS(n, p, p)
		return
	}
	g.VCVTPS2DQ(n, n)
	g.VPSLLD(operand.Imm(23), n, n)
	g.VPADDD(n, p, p)
}

func (g *generator) softmax() {
	g.function("Softmax", "func(x *float32, rows, n int)",
		"Softmax makes each of rows rows of n elements, one after the other, a",
		"probability distribution. n is a multiple of two vectors.")
	x, rows := g.load("x"), g.load("rows")
	pair := 2 * g.lanes
	g.each("row", rows, 1, func() {
		n, p := g.load("n"), g.copyOf(x)
		largest := g.vectors(2)
		for i, v := range largest {
			g.VMOVUPS(at(p, i*g.bytes()), v)
		}
		g.each("max", n, pair, func() {
			for i, v := range largest {
				g.VMAXPS(at(p, i*g.bytes()), v, v)
			}
			g.ADDQ(operand.Imm(uint64(2*g.bytes())), p)
		})
		g.VMAXPS(largest[1], largest[0], largest[0])
		top := g.spread(g.reduce(largest[0], g.VMAXPS))

		sums := []reg.VecVirtual{g.zero(), g.zero()}
		g.Load(g.Param("n"), n)
		g.MOVQ(x, p)
		g.each("exp", n, pair, func() {
			v := g.vectors(2)
			for i := range v {
				g.VMOVUPS(at(p, i*g.bytes()), v[i])
				g.VSUBPS(top, v[i], v[i])
			}
			for i, e := range g.exp(v) {
				g.VMOVUPS(e, at(p, i*g.bytes()))
				g.VADDPS(e, sums[i], sums[i])
			}
			g.ADDQ(operand.Imm(uint64(2*g.bytes())), p)
		})
		g.VADDPS(sums[1], sums[0], sums[0])
		sum := g.reduce(sums[0], g.VADDPS)
		one := g.XMM()
		g.VMOVSS(g.constant(1), one)
		g.VDIVSS(sum, one, one)
		factor := g.vector()
		g.VBROADCASTSS(one, factor)

		g.Load(g.Param("n"), n)
		g.each("scale", n, pair, func() {
			for i := range 2 {
				v := g.vector()
				g.VMULPS(at(x, i*g.bytes()), factor, v)
				g.VMOVUPS(v, at(x, i*g.bytes()))
			}
			g.ADDQ(operand.Imm(uint64(2*g.bytes())), x)
		})
	})
	g.leave()
}
