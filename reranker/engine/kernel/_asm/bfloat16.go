// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/mmcloughlin/avo/operand"

// roundBF16 writes the conversion with instructions that every CPU with AVX-512
// has.
func (g *generator) roundBF16() {
	g.function("RoundBF16", "func(dst *uint16, src *float32, n, stride int)",
		"RoundBF16 rounds n elements, a multiple of 32, to bfloat16. Each 32 lie stride",
		"elements after the ones before.")
	dst, src, n := g.load("dst"), g.load("src"), g.load("n")
	stride := g.load("stride")
	g.SHLQ(operand.Imm(1), stride)
	one, below := g.vector(), g.vector()
	g.VPBROADCASTD(g.word(1), one)
	g.VPBROADCASTD(g.word(0x7fff), below)
	g.each("round", n, 32, func() {
		for i := range 2 {
			v, odd := g.vector(), g.vector()
			g.VMOVUPS(at(src, 64*i), v)
			g.VPSRLD(operand.Imm(16), v, odd)
			g.VPANDD(one, odd, odd)
			g.VPADDD(below, v, v)
			g.VPADDD(odd, v, v)
			g.VPSRLD(operand.Imm(16), v, v)
			g.VPMOVDW(v, at(dst, 32*i))
		}
		g.ADDQ(operand.U32(32*4), src)
		g.ADDQ(stride, dst)
	})
	g.leave()
}
