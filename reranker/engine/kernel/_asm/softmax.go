// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exp2Coefficients is the minimax polynomial of 2ᵗ for 0 <= t < 1 that is one at
// zero, with a relative error below 1e-7.
var exp2Coefficients = []float32{
	1, 0.6931512951850891, 0.24016444385051727, 0.05579991266131401, 0.009017029777169228, 0.0018671301659196615,
}

const log2e = 1.44269504

// exp2Floor is where 2ˣ is taken as constant: the exponent of the result must not
// leave the range of normal numbers.
const exp2Floor = -124

// exp2 replaces every x by 2ˣ, for x <= 0:
//
//	2ˣ = 2ⁿ * 2ᵗ, n = floor(x), t = x - n
func (g *generator) exp2(x []reg.VecVirtual) []reg.VecVirtual {
	const down = 1 // the rounding mode
	t := g.vectors(len(x))
	for i := range x {
		g.atLeast(exp2Floor, x[i], x[i])
		if g.wide() {
			g.VREDUCEPS(operand.Imm(down), x[i], t[i])
			continue
		}
		t[i], x[i] = x[i], t[i]
		g.VROUNDPS(operand.Imm(down), t[i], x[i])
		g.VSUBPS(x[i], t[i], t[i])
	}
	p := g.polynomial(exp2Coefficients, t)
	for i := range x {
		g.scale(x[i], p[i])
	}
	return p
}

// scale computes p = p * 2ⁿ, n = floor(x). Of AVX2, x is n already.
func (g *generator) scale(x, p reg.Register) {
	if g.wide() {
		g.VSCALEFPS(x, p, p)
		return
	}
	g.VCVTPS2DQ(x, x)
	g.VPSLLD(operand.Imm(23), x, x)
	g.VPADDD(x, p, p)
}

func (g *generator) softmax() {
	g.function("Softmax", "func(x *float32, rows, n int)",
		"Softmax makes each of rows rows of n elements, one after the other, a",
		"probability distribution. n is a multiple of two vectors.")
	x, rows, stride := g.load("x"), g.load("rows"), g.load("n")
	g.SHLQ(operand.Imm(2), stride)
	most := 2
	if g.wide() {
		most = 4
	}
	for count := most; count >= 1; count /= 2 {
		again, done := fmt.Sprintf("rows%d", count), fmt.Sprintf("fewer_than_%d", count)
		g.Label(again)
		g.SUBQ(operand.Imm(uint64(count)), rows)
		g.JL(operand.LabelRef(done))
		s := &softmaxRows{generator: g, x: x, stride: stride, count: count}
		s.emit()
		g.LEAQ(operand.Mem{Base: x, Index: stride, Scale: uint8(count)}, x)
		g.JMP(operand.LabelRef(again))
		g.Label(done)
		g.ADDQ(operand.Imm(uint64(count)), rows)
	}
	g.leave()
}

// softmaxRows computes a few rows side by side: one alone would wait for its
// reductions. Each row is added up in the same order whatever their number, so
// that its result does not depend on its neighbours.
type softmaxRows struct {
	*generator
	x, stride reg.Register
	thrice    reg.Register // the stride, for the fourth row
	count     int
}

func (s *softmaxRows) emit() {
	if s.count > 3 {
		thrice := s.GP64()
		s.LEAQ(operand.Mem{Base: s.stride, Index: s.stride, Scale: 2}, thrice)
		s.thrice = thrice
	}
	largest := s.vectors(s.count)
	for r, v := range largest {
		s.VMOVUPS(s.row(s.x, r), v)
	}
	s.columns("max", func(at func(r int) operand.Mem) {
		for r, v := range largest {
			s.VMAXPS(at(r), v, v)
		}
	})
	// exp(x-max) = 2^(x*log2(e) - max*log2(e)). The rounding of the second product
	// is the same for a whole row, and so leaves no trace in its probabilities.
	for r, v := range largest {
		largest[r] = s.spread(s.reduce(v, s.VMAXPS))
		s.multiply(-log2e, largest[r], largest[r])
	}
	slope := s.broadcast(log2e)
	sums := make([]reg.VecVirtual, s.count)
	for r := range sums {
		sums[r] = s.zero()
	}
	s.columns("exp", func(at func(r int) operand.Mem) {
		v := s.vectors(s.count)
		for r := range v {
			s.VMOVAPS(largest[r], v[r])
			s.VFMADD231PS(at(r), slope, v[r])
		}
		for r, e := range s.exp2(v) {
			s.VMOVUPS(e, at(r))
			s.VADDPS(e, sums[r], sums[r])
		}
	})
	for r, v := range sums {
		sums[r] = s.inverse(s.reduce(v, s.VADDPS))
	}
	s.columns("scale", func(at func(r int) operand.Mem) {
		for r, factor := range sums {
			v := s.vector()
			s.VMULPS(at(r), factor, v)
			s.VMOVUPS(v, at(r))
		}
	})
}

// inverse spreads 1/x of the lowest lane.
func (s *softmaxRows) inverse(x reg.VecVirtual) reg.VecVirtual {
	one := s.XMM()
	s.VMOVSS(s.constant(1), one)
	s.VDIVSS(x.AsX(), one, one)
	return s.spread(one)
}

// columns runs body for each vector of the rows.
func (s *softmaxRows) columns(name string, body func(at func(r int) operand.Mem)) {
	p, left := s.copyOf(s.x), s.copyOf(s.stride)
	s.each(fmt.Sprintf("%s%d", name, s.count), left, s.bytes(), func() {
		body(func(r int) operand.Mem { return s.row(p, r) })
		s.ADDQ(operand.Imm(uint64(s.bytes())), p)
	})
}

// row is the place of row r at column p.
func (s *softmaxRows) row(p reg.Register, r int) operand.Mem {
	m := operand.Mem{Base: p}
	switch r {
	case 1, 2:
		m.Index, m.Scale = s.stride, uint8(r)
	case 3:
		m.Index, m.Scale = s.thrice, 1
	}
	return m
}
