// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// smallest keeps the quotient limit/max finite: a row whose elements are all
// smaller becomes zero.
const smallest = 1e-30

const quantizeSignature = "func(dst *int16, src *float32, n int, limit float32) (scale float32)"

func (g *generator) quantizers() {
	g.quantize()
	g.quantizeI8()
	if g.wide() {
		g.quantizeBytes()
	}
}

func (g *generator) quantize() {
	g.function("QuantizeI16", quantizeSignature,
		"QuantizeI16 rounds one row of n elements, a multiple of 32, to integers of at",
		"most limit and returns the scale that undoes it.")
	src := g.load("src")
	factor := g.quantizeFactor(src)
	dst := g.load("dst")
	g.Load(g.Param("src"), src)
	n := g.load("n")
	g.each("round", n, 32, func() {
		for at0 := 0; at0 < 32; at0 += 16 {
			g.roundI16(src, dst, at0, factor)
		}
		g.ADDQ(operand.U32(32*4), src)
		g.ADDQ(operand.U32(32*2), dst)
	})
	g.leave()
}

// quantizeFactor finds the largest magnitude of the row, stores the scale that
// undoes the quantisation and returns its inverse in all lanes.
func (g *generator) quantizeFactor(src reg.Register) reg.VecVirtual {
	largest := g.reduce(g.largest(src), g.VMAXPS)
	floor := g.XMM()
	g.VMOVSS(g.constant(smallest), floor)
	g.VMAXSS(floor, largest, largest)
	limit, scale, inverse := g.XMM(), g.XMM(), g.XMM()
	g.Load(g.Param("limit"), limit)
	g.VDIVSS(limit, largest, scale)
	g.Store(scale, g.ReturnIndex(0))
	g.VDIVSS(largest, limit, inverse)
	factor := g.vector()
	g.VBROADCASTSS(inverse, factor)
	return factor
}

// largest returns the largest magnitudes of a row, lane by lane. Each vector of 32
// elements has its own, since one alone would wait for the vector before.
func (g *generator) largest(src reg.Register) reg.VecVirtual {
	all := make([]reg.VecVirtual, 32/g.lanes)
	for i := range all {
		all[i] = g.zero()
	}
	sign := reg.VecVirtual(nil)
	if !g.wide() {
		sign = g.broadcast(float32(math.Copysign(0, -1)))
	}
	n := g.load("n")
	g.each("largest", n, 32, func() {
		for i, v := range all {
			if g.wide() {
				const magnitudes = 0b1011 // the larger one, without its sign
				g.VRANGEPS(operand.Imm(magnitudes), at(src, i*g.bytes()), v, v)
				continue
			}
			x := g.vector()
			g.VANDNPS(at(src, i*g.bytes()), sign, x)
			g.VMAXPS(x, v, v)
		}
		g.ADDQ(operand.U32(32*4), src)
	})
	for len(all) > 1 {
		half := len(all) / 2
		for i := range half {
			g.VMAXPS(all[half+i], all[i], all[i])
		}
		all = all[:half]
	}
	return all[0]
}

// roundI16 converts 16 elements.
func (g *generator) roundI16(src, dst reg.Register, first int, factor reg.VecVirtual) {
	if g.wide() {
		v := g.ZMM()
		g.VMULPS(at(src, 4*first), factor, v)
		g.VCVTPS2DQ(v, v)
		g.VPMOVSDW(v, at(dst, 2*first))
		return
	}
	v := g.vectors(2)
	for i := range v {
		g.VMULPS(at(src, 4*first+32*i), factor, v[i])
		g.VCVTPS2DQ(v[i], v[i])
	}
	g.VPACKSSDW(v[1], v[0], v[0]) // packs within 128-bit halves
	g.VPERMQ(operand.Imm(0b11_01_10_00), v[0], v[0])
	g.VMOVDQU(v[0], at(dst, 2*first))
}

// quantizeBytes writes the same integers for products of bytes.
func (g *generator) quantizeBytes() {
	g.function("QuantizeI16Bytes", quantizeSignature,
		"QuantizeI16Bytes is QuantizeI16 with the high bytes of all elements first and",
		"then the low ones.")
	src := g.load("src")
	factor := g.quantizeFactor(src)
	high, n := g.load("dst"), g.load("n")
	low := g.GP64()
	g.LEAQ(operand.Mem{Base: high, Index: n, Scale: 1}, low)
	g.Load(g.Param("src"), src)
	g.each("bytes", n, 32, func() {
		for i := range 2 {
			v := g.ZMM()
			g.VMULPS(at(src, 64*i), factor, v)
			g.VCVTPS2DQ(v, v)
			saturated := g.YMM() // as QuantizeI16 does, for the sake of NaN
			g.VPMOVSDW(v, saturated)
			g.VPMOVSXWD(saturated, v)
			g.VPMOVDB(v, at(low, 16*i))
			g.VPSRAD(operand.Imm(8), v, v)
			g.VPMOVDB(v, at(high, 16*i))
		}
		g.ADDQ(operand.U32(32*4), src)
		g.ADDQ(operand.Imm(32), high)
		g.ADDQ(operand.Imm(32), low)
	})
	g.leave()
}

// offset128 flips the sign bit of a byte: it adds 128 and drops the sign.
const offset128 = 0x80808080

// quantizeI8 rounds to bytes without a sign.
func (g *generator) quantizeI8() {
	g.function("QuantizeI8", "func(dst *uint8, src *float32, n int, limit float32) (scale float32)",
		"QuantizeI8 is QuantizeI16 for limits of at most 127; 128 is added to every",
		"integer.")
	src := g.load("src")
	factor := g.quantizeFactor(src)
	dst := g.load("dst")
	g.Load(g.Param("src"), src)
	n := g.load("n")
	offset, order := g.vector(), reg.VecVirtual(nil)
	g.VPBROADCASTD(g.word(offset128), offset)
	if !g.wide() {
		order = g.packedOrder()
	}
	g.each("bytes", n, 32, func() {
		if g.wide() {
			for i := range 2 {
				g.roundI8(at(src, 64*i), at(dst, 16*i), factor, offset)
			}
		} else {
			g.roundFourI8(src, dst, factor, offset, order)
		}
		g.ADDQ(operand.U32(32*4), src)
		g.ADDQ(operand.Imm(32), dst)
	})
	g.leave()
}

// roundI8 converts 16 elements with AVX-512.
func (g *generator) roundI8(src, dst operand.Mem, factor, offset reg.VecVirtual) {
	v, packed := g.ZMM(), g.XMM()
	g.VMULPS(src, factor, v)
	g.VCVTPS2DQ(v, v)
	g.VPMOVSDB(v, packed)
	g.VPXOR(offset.AsX(), packed, packed)
	g.VMOVDQU(packed, dst)
}

// roundFourI8 converts four vectors of AVX2.
func (g *generator) roundFourI8(src, dst reg.Register, factor, offset, order reg.VecVirtual) {
	v := g.vectors(4)
	for i := range v {
		g.VMULPS(at(src, 32*i), factor, v[i])
		g.VCVTPS2DQ(v[i], v[i])
	}
	g.VPACKSSDW(v[1], v[0], v[0])
	g.VPACKSSDW(v[3], v[2], v[2])
	g.VPACKSSWB(v[2], v[0], v[0])
	g.VPXOR(offset, v[0], v[0])
	g.VPERMD(v[0], order, v[0])
	g.VMOVDQU(v[0], at(dst, 0))
}

// packedOrder undoes that packing works within 128-bit halves: it has the places
// of the words of four bytes.
func (g *generator) packedOrder() reg.VecVirtual {
	places := g.StaticGlobal("order")
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for _, place := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		g.AppendDatum(operand.U32(place))
	}
	order := g.vector()
	g.VMOVDQU(places, order)
	return order
}
