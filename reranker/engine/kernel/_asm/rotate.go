// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// block is the number of elements that are rotated together.
const block = 128

// rotate writes the butterflies of a Walsh-Hadamard transform, nearest elements
// first in every set, so that sums are rounded alike.
func (g *generator) rotate() {
	g.function("Rotate", "func(dst, src *float32, n int)",
		"Rotate multiplies every 128 of n elements, a multiple of 128, by the Hadamard",
		"matrix of that order.")
	src, dst, n := g.load("src"), g.load("dst"), g.load("n")
	signs := g.signs()
	g.each("rotate", n, block, func() {
		if g.wide() {
			v := g.vectors(block / g.lanes)
			g.rotateWithin(src, v, signs, 0)
			g.butterflies(v)
			g.storeAll(v, dst, 0, g.bytes())
		} else {
			g.rotateInTwoWalks(src, dst, signs)
		}
		g.ADDQ(operand.U32(4*block), src)
		g.ADDQ(operand.U32(4*block), dst)
	})
	g.leave()
}

// rotateInTwoWalks is for a set whose registers do not hold a block: first four
// neighbouring vectors at a time, then four a quarter of a block apart.
func (g *generator) rotateInTwoWalks(src, dst reg.Register, signs []reg.VecVirtual) {
	const quarter = block / 4
	for first := 0; first < block; first += quarter {
		v := g.vectors(4)
		g.rotateWithin(src, v, signs, 4*first)
		g.butterflies(v)
		g.storeAll(v, dst, 4*first, g.bytes())
	}
	for first := 0; first < quarter; first += g.lanes {
		v := g.vectors(4)
		for i := range v {
			g.VMOVUPS(at(dst, 4*(first+i*quarter)), v[i])
		}
		g.butterflies(v)
		g.storeAll(v, dst, 4*first, 4*quarter)
	}
}

// rotateWithin loads neighbouring vectors and rotates each by itself. A
// butterfly's sum x+y and difference x-y are a vector times its signs, plus
// itself with x and y exchanged; the product is exact.
func (g *generator) rotateWithin(src reg.Register, v, signs []reg.VecVirtual, first int) {
	for i := range v {
		g.VMOVUPS(at(src, first+i*g.bytes()), v[i])
	}
	for stage, sign := range signs {
		for i := range v {
			other := g.exchanged(v[i], stage)
			g.VFMADD213PS(other, sign, v[i])
		}
	}
}

// exchanged returns x with all elements that are 1<<stage apart exchanged.
func (g *generator) exchanged(x reg.VecVirtual, stage int) reg.VecVirtual {
	y := g.vector()
	switch {
	case stage < 2:
		g.VPERMILPS(operand.Imm([]uint64{0b10_11_00_01, 0b01_00_11_10}[stage]), x, y)
	case !g.wide():
		g.VPERM2F128(operand.Imm(1), x, x, y)
	default:
		g.VSHUFF32X4(operand.Imm([]uint64{0b10_11_00_01, 0b01_00_11_10}[stage-2]), x, x, y)
	}
	return y
}

// butterflies makes sums and differences of whole vectors, nearest first.
func (g *generator) butterflies(v []reg.VecVirtual) {
	for half := 1; half < len(v); half *= 2 {
		for i := range v {
			if i&half == 0 {
				sum := g.vector()
				g.VADDPS(v[i+half], v[i], sum)
				g.VSUBPS(v[i+half], v[i], v[i+half])
				v[i] = sum
			}
		}
	}
}

func (g *generator) storeAll(v []reg.VecVirtual, dst reg.Register, first, stride int) {
	for i := range v {
		g.VMOVUPS(v[i], at(dst, first+i*stride))
	}
}

// signs returns, for each distance within a vector, 1 for the first of two
// elements and -1 for the second.
func (g *generator) signs() []reg.VecVirtual {
	var signs []reg.VecVirtual
	for distance := 1; distance < g.lanes; distance *= 2 {
		m := g.StaticGlobal("signs" + string(rune('0'+len(signs))))
		g.DataAttributes(attr.RODATA | attr.NOPTR)
		for lane := range g.lanes {
			sign := float32(1)
			if lane&distance != 0 {
				sign = -1
			}
			g.AppendDatum(operand.F32(sign))
		}
		v := g.vector()
		g.VMOVUPS(m, v)
		signs = append(signs, v)
	}
	return signs
}
