// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// keys writes the transposition of 8 rows by 8 columns, of which package kernel
// builds the packing of attention's keys.
func (g *generator) keys() {
	g.function("Transpose8", "func(dst *float32, dstStride int, src *float32, srcStride, columns int)",
		"Transpose8 writes 8 rows of columns elements, a multiple of 8, as columns of 8:",
		"dst[c*dstStride+r] = src[r*srcStride+c].")
	dst, src := g.load("dst"), g.load("src")
	ds, ss := g.load("dstStride"), g.load("srcStride")
	g.SHLQ(operand.Imm(2), ds)
	g.SHLQ(operand.Imm(2), ss)
	three := g.GP64()
	g.LEAQ(operand.Mem{Base: ss, Index: ss, Scale: 2}, three)
	columns := g.load("columns")
	g.each("block", columns, 8, func() {
		lower := g.GP64()
		g.LEAQ(operand.Mem{Base: src, Index: ss, Scale: 4}, lower)
		rows := make([]reg.VecVirtual, 8)
		for r := range rows {
			m := operand.Mem{Base: src}
			if r >= 4 {
				m.Base = lower
			}
			switch r % 4 {
			case 1, 2:
				m.Index, m.Scale = ss, uint8(r%4)
			case 3:
				m.Index, m.Scale = three, 1
			}
			rows[r] = g.YMM()
			g.VMOVUPS(m, rows[r])
		}
		for _, column := range g.transpose(rows) {
			g.VMOVUPS(column, at(dst, 0))
			g.ADDQ(ds, dst)
		}
		g.ADDQ(operand.Imm(32), src)
	})
	g.leave()
}

// transpose exchanges rows and columns of eight vectors of eight: pairs of
// elements, then pairs of pairs, then halves.
func (g *generator) transpose(a []reg.VecVirtual) []reg.VecVirtual {
	b, c, d := make([]reg.VecVirtual, 8), make([]reg.VecVirtual, 8), make([]reg.VecVirtual, 8)
	for i := range 8 {
		b[i], c[i], d[i] = g.YMM(), g.YMM(), g.YMM()
	}
	for i := 0; i < 8; i += 2 {
		g.VUNPCKLPS(a[i+1], a[i], b[i])
		g.VUNPCKHPS(a[i+1], a[i], b[i+1])
	}
	for i := 0; i < 8; i += 4 {
		g.VSHUFPS(operand.Imm(0b01_00_01_00), b[i+2], b[i], c[i])
		g.VSHUFPS(operand.Imm(0b11_10_11_10), b[i+2], b[i], c[i+1])
		g.VSHUFPS(operand.Imm(0b01_00_01_00), b[i+3], b[i+1], c[i+2])
		g.VSHUFPS(operand.Imm(0b11_10_11_10), b[i+3], b[i+1], c[i+3])
	}
	for i := range 4 {
		g.VPERM2F128(operand.Imm(0x20), c[i+4], c[i], d[i])
		g.VPERM2F128(operand.Imm(0x31), c[i+4], c[i], d[i+4])
	}
	return d
}
