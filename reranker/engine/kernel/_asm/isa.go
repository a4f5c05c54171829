// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// instructionSet is what the generators need to know about a target.
type instructionSet struct {
	name  string // the package
	lanes int    // 32-bit lanes of a vector
	rows  int    // rows of the largest tile
}

// A tile of rows x 2 vectors keeps its sums in registers, beside two vectors
// of weights and one or two temporaries: 6*2+4 of 16 registers on AVX2,
// 14*2+3 of 32 on AVX-512.
var (
	avx2   = instructionSet{name: "avx2", lanes: 8, rows: 6}
	avx512 = instructionSet{name: "avx512", lanes: 16, rows: 14}

	// avxvnni is AVX2 with VNNI, in the encoding that came after AVX-512's.
	avxvnni = instructionSet{name: "avxvnni", lanes: 8, rows: 6}
)

// generator writes instructions for one instruction set.
type generator struct {
	*build.Context
	instructionSet
	constants map[uint32]operand.Mem // by their bits
}

// function starts a function. It needs no frame, so no stack check either.
func (g *generator) function(name, signature string, doc ...string) {
	g.Function(name)
	g.Attributes(attr.NOSPLIT | attr.NOFRAME)
	g.Doc(doc...)
	g.SignatureExpr(signature)
}

// vector returns a fresh vector register of the set's width.
func (g *generator) vector() reg.VecVirtual {
	if g.lanes == 16 {
		return g.ZMM()
	}
	return g.YMM()
}

func (g *generator) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = g.vector()
	}
	return v
}

// bytes is the size of a vector.
func (g *generator) bytes() int { return 4 * g.lanes }

// load reads the named parameter into a fresh register.
func (g *generator) load(name string) reg.Register {
	return g.Load(g.Param(name), g.GP64())
}

// leave returns from the function. The upper halves are cleared first:
// mixing them with SSE code costs dearly.
func (g *generator) leave() {
	g.VZEROUPPER()
	g.RET()
}

func at(base reg.Register, displacement int) operand.Mem {
	return operand.Mem{Base: base, Disp: displacement}
}
