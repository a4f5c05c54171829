// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wide reports whether the target has 512-bit vectors.
func (g *generator) wide() bool { return g.lanes == 16 }

// constant returns the memory that holds v: once on AVX-512, whose instructions
// broadcast it as they read, and in every lane on AVX2.
func (g *generator) constant(v float32) operand.Mem { return g.word(math.Float32bits(v)) }

// word is constant for bits.
func (g *generator) word(bits uint32) operand.Mem {
	if m, ok := g.constants[bits]; ok {
		return m
	}
	copies := g.lanes
	if g.wide() {
		copies = 1
	}
	m := g.StaticGlobal(fmt.Sprintf("f%08x", bits))
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for range copies {
		g.AppendDatum(operand.U32(bits))
	}
	g.constants[bits] = m
	return m
}

// broadcast fills a fresh vector with a constant.
func (g *generator) broadcast(v float32) reg.VecVirtual {
	x := g.vector()
	g.VBROADCASTSS(g.constant(v), x)
	return x
}

// multiplyAdd computes p = p*v + c.
func (g *generator) multiplyAdd(c float32, v, p reg.Register) {
	if g.wide() {
		g.VFMADD213PS_BCST(g.constant(c), v, p)
		return
	}
	g.VFMADD213PS(g.constant(c), v, p)
}

// multiply computes dst = x*c.
func (g *generator) multiply(c float32, x, dst reg.Register) {
	if g.wide() {
		g.VMULPS_BCST(g.constant(c), x, dst)
		return
	}
	g.VMULPS(g.constant(c), x, dst)
}

// atLeast and atMost clamp: dst = max(x, c) and min(x, c).
func (g *generator) atLeast(c float32, x, dst reg.Register) {
	if g.wide() {
		g.VMAXPS_BCST(g.constant(c), x, dst)
		return
	}
	g.VMAXPS(g.constant(c), x, dst)
}

func (g *generator) atMost(c float32, x, dst reg.Register) {
	if g.wide() {
		g.VMINPS_BCST(g.constant(c), x, dst)
		return
	}
	g.VMINPS(g.constant(c), x, dst)
}

// polynomial evaluates, for every vector v, the polynomial with the given
// coefficients, lowest first, by Horner's rule. The vectors advance together:
// one alone would wait for each of its additions.
func (g *generator) polynomial(coefficients []float32, v []reg.VecVirtual) []reg.VecVirtual {
	n := len(coefficients)
	p := make([]reg.VecVirtual, len(v))
	for i := range v {
		p[i] = g.broadcast(coefficients[n-1])
	}
	for k := n - 2; k >= 0; k-- {
		for i := range v {
			g.multiplyAdd(coefficients[k], v[i], p[i])
		}
	}
	return p
}

// zero returns a vector of zeros.
func (g *generator) zero() reg.VecVirtual {
	x := g.vector()
	g.clear(x)
	return x
}

func (g *generator) clear(x reg.VecVirtual) {
	if g.wide() {
		g.VPXORD(x, x, x)
		return
	}
	g.VPXOR(x, x, x)
}

// reduce combines the lanes of x by an operation on vectors (its form for two
// registers and a destination) and returns the result in the lowest lane. The
// tree is fixed: halves, quarters, then neighbours.
func (g *generator) reduce(x reg.VecVirtual, op func(ops ...operand.Op)) reg.VecVirtual {
	y := x.AsY()
	if g.wide() {
		high := g.YMM()
		g.VEXTRACTF32X8(operand.Imm(1), x, high)
		low := g.YMM()
		op(high, x.AsY(), low)
		y = low
	}
	high := g.XMM()
	g.VEXTRACTF128(operand.Imm(1), y, high)
	low := g.XMM()
	op(high, y.(reg.Vec).AsX(), low)
	for _, shuffle := range []uint64{0b01_00_11_10, 0b10_11_00_01} {
		g.VPERMILPS(operand.Imm(shuffle), low, high)
		op(high, low, low)
	}
	return low
}

// spread fills a fresh vector with the lowest lane of x.
func (g *generator) spread(x reg.VecVirtual) reg.VecVirtual {
	v := g.vector()
	g.VBROADCASTSS(x.AsX(), v)
	return v
}

// each writes a loop that runs body once for each group of size elements of n,
// which is a multiple of size. An n of zero runs it not at all.
func (g *generator) each(name string, n reg.Register, size int, body func()) {
	done := operand.LabelRef(name + "_done")
	g.CMPQ(n, operand.Imm(0))
	g.JLE(done)
	g.Label(name)
	body()
	g.SUBQ(operand.Imm(uint64(size)), n)
	g.JG(operand.LabelRef(name))
	g.Label(name + "_done")
}

// copyOf returns a fresh register with the value of r.
func (g *generator) copyOf(r reg.Register) reg.Register {
	c := g.GP64()
	g.MOVQ(r, c)
	return c
}
