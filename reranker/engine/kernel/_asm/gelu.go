// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// GELU is x/2 * (1 + erf(x/sqrt(2))). The error function is odd, so
//
//	erf(x/sqrt(2)) = x * P(v), v = 2*x²/limit² - 1
//
// for |x| <= limit, where it is 1 to the last bit but two. P is the minimax
// polynomial in v, which runs from -1 to 1, so that its coefficients stay small
// and lose nothing in float32. The error of GELU is below 1.2e-6 for |x| <= 8
// and below 2e-7*|x| beyond. A polynomial costs less than the usual quotient
// with an exponential: no division, and nothing but multiply-adds.
const geluLimit = 5.5

var geluCoefficients = []float32{
	0.25710391998291016, -0.12834399938583374, 0.09546852111816406, -0.07760614156723022,
	0.0642678290605545, -0.051929015666246414, 0.03984081745147705, -0.030511824414134026,
	0.023368673399090767, -0.01313230860978365, 0.004394270479679108, -0.0044557154178619385,
	0.005405142437666655, -0.0020520235411822796,
}

func (g *generator) gelu() {
	g.function("GELU", "func(x *float32, n int)",
		"GELU replaces n elements by their Gaussian error linear units. n is a multiple",
		"of 32.")
	x, n := g.load("x"), g.load("n")
	many := 4 // vectors at a time: 3 registers each
	if g.wide() {
		many = 8
	}
	if few := 32 / g.lanes; few < many {
		g.SUBQ(operand.Imm(uint64(many*g.lanes)), n)
		g.JL(operand.LabelRef("few"))
		g.Label("many")
		g.geluStep(x, many)
		g.SUBQ(operand.Imm(uint64(many*g.lanes)), n)
		g.JGE(operand.LabelRef("many"))
		g.Label("few")
		g.ADDQ(operand.U32(uint32(many*g.lanes)), n)
		g.each("rest", n, 32, func() { g.geluStep(x, few) })
	} else {
		g.each("all", n, 32, func() { g.geluStep(x, many) })
	}
	g.leave()
}

// geluStep computes the next count vectors at x.
func (g *generator) geluStep(x reg.Register, count int) {
	clamped, v := g.vectors(count), g.vectors(count)
	for i := range count {
		g.VMOVUPS(at(x, i*g.bytes()), v[i])
		g.atMost(geluLimit, v[i], v[i])
		g.atLeast(-geluLimit, v[i], clamped[i])
		g.multiply(2/(geluLimit*geluLimit), clamped[i], v[i])
		g.multiplyAdd(-1, clamped[i], v[i])
	}
	p := g.polynomial(geluCoefficients, v)
	for i := range count {
		g.VMULPS(clamped[i], p[i], p[i]) // erf(x/sqrt(2))
		half := v[i]
		g.VMOVUPS(at(x, i*g.bytes()), half)
		g.multiply(0.5, half, half)
		g.VFMADD213PS(half, half, p[i]) // x/2*erf + x/2
		g.VMOVUPS(p[i], at(x, i*g.bytes()))
	}
	g.ADDQ(operand.U32(uint32(count*g.bytes())), x)
}
