// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A tile is the inner part of every matrix multiplication:
//
//	for r := range rows {
//		for j := range 2*lanes {
//			for s := range steps {
//				sum[r][j] += product(a[r][s], b[s][j])
//			}
//			c[r][j] = finish(sum[r][j])
//		}
//	}
//
// One step covers four bytes of a row of a (one float32, two int16 or four
// int8), broadcast to all lanes, and two vectors of the panel b. Each sum is
// one chain over s in ascending order, whatever the number of rows, so a
// row's result does not depend on its place in the matrix.
type tile struct {
	*generator
	rows    int
	sums    [][2]reg.VecVirtual
	product product
}

// product is what differs between the number formats.
type product struct {
	name      string
	signature string
	doc       []string
	shift     uint64 // log2 of the bytes of an element of a
	stride    bool   // whether b has a stride; otherwise its steps are adjacent
	start     func(*tile)
	passes    []multiply // over the rows, in a step; each reads the weights anew
	finish    func(*tile)
}

// multiply adds the products of a row with two vectors of weights. A pass may
// change the weights first, for all rows.
type multiply struct {
	weights func(t *tile, b [2]reg.VecVirtual)
	row     func(t *tile, sum [2]reg.VecVirtual, a operand.Mem, b [2]reg.VecVirtual)
}

// cacheLine is what one prefetch reads. Each turn asks for one line of next, the
// weights after those of this panel: the tiles of a panel share the work, and
// the first one of the next panel need not wait for memory.
const cacheLine = 64

// unroll is the number of steps in one turn of the main loop.
const unroll = 4

func (g *generator) tiles() {
	g.tile(float32Product)
	g.tile(int16Product)
	g.tile(int8Product)
	if g.wide() {
		g.tilesVNNI()
	}
}

// tilesVNNI are the tiles of a set that differs from another in VNNI only.
func (g *generator) tilesVNNI() {
	g.tile(int16VNNI)
	g.tile(int8VNNI)
}

// tile writes one function with a branch for each number of rows.
func (g *generator) tile(p product) {
	g.function(p.name, p.signature, p.doc...)
	rows := g.load("rows")
	for r := g.rows; r >= 1; r-- {
		g.CMPQ(rows, operand.Imm(uint64(r)))
		g.JE(operand.LabelRef(fmt.Sprintf("rows%d", r)))
	}
	g.RET()
	for r := g.rows; r >= 1; r-- {
		g.Label(fmt.Sprintf("rows%d", r))
		t := &tile{generator: g, rows: r, product: p}
		t.emit()
	}
}

func (t *tile) emit() {
	for range t.rows {
		t.sums = append(t.sums, [2]reg.VecVirtual{t.vector(), t.vector()})
	}
	t.product.start(t)
	t.loop()
	t.product.finish(t)
	t.leave()
}

// loop writes the loop over the steps: four at a time, then one by one.
func (t *tile) loop() {
	steps := t.load("steps")
	b := t.load("b")
	step := t.steps()
	a := t.rowPointers()
	next := t.load("next")
	four, one, done := t.label("four"), t.label("one"), t.label("done")

	t.SUBQ(operand.Imm(unroll), steps)
	t.JL(operand.LabelRef(one))
	t.Label(four)
	t.PREFETCHT1(at(next, 0))
	for u := range unroll {
		t.step(a, b, step, u)
	}
	t.advance(a, b, step, unroll)
	t.ADDQ(operand.Imm(cacheLine), next)
	t.SUBQ(operand.Imm(unroll), steps)
	t.JGE(operand.LabelRef(four))

	t.Label(one)
	t.ADDQ(operand.Imm(unroll), steps)
	t.JZ(operand.LabelRef(done))
	single := t.label("single")
	t.Label(single)
	t.step(a, b, step, 0)
	t.advance(a, b, step, 1)
	t.DECQ(steps)
	t.JNZ(operand.LabelRef(single))
	t.Label(done)
}

func (t *tile) label(name string) string { return fmt.Sprintf("%s%d", name, t.rows) }

// steps returns registers with one and three strides of b, or nil where the
// stride is the panel's own width.
func (t *tile) steps() []reg.Register {
	if !t.product.stride {
		return nil
	}
	one := t.load("ldb").(reg.GPVirtual)
	t.SHLQ(operand.Imm(2), one)
	three := t.GP64()
	t.LEAQ(operand.Mem{Base: one, Index: one, Scale: 2}, three)
	return []reg.Register{one, three}
}

// step adds the products of step u of a turn.
func (t *tile) step(a *rowPointers, b reg.Register, step []reg.Register, u int) {
	source := operand.Mem{Base: b}
	switch {
	case step == nil:
		source.Disp = u * 2 * t.bytes()
	case u == 3:
		source.Index, source.Scale = step[1], 1
	case u > 0:
		source.Index, source.Scale = step[0], uint8(u)
	}
	for _, pass := range t.product.passes {
		weights := [2]reg.VecVirtual{t.vector(), t.vector()}
		for i, w := range weights {
			t.VMOVUPS(source.Offset(i*t.bytes()), w)
		}
		if pass.weights != nil {
			pass.weights(t, weights)
		}
		for r := range t.rows {
			pass.row(t, t.sums[r], a.row(r).Offset(4*u), weights)
		}
	}
}

// advance moves the pointers on by n steps.
func (t *tile) advance(a *rowPointers, b reg.Register, step []reg.Register, n int) {
	for _, p := range a.pointers {
		t.ADDQ(operand.Imm(uint64(4*n)), p)
	}
	switch {
	case step == nil:
		t.ADDQ(operand.U32(uint32(n*2*t.bytes())), b)
	case n == 1:
		t.ADDQ(step[0], b)
	default:
		t.LEAQ(operand.Mem{Base: b, Index: step[0], Scale: uint8(n)}, b)
	}
}

// rowPointers addresses the rows of a: every third row has its own pointer,
// the two after it are reached by one and two strides.
type rowPointers struct {
	pointers []reg.Register
	stride   reg.Register
}

func (t *tile) rowPointers() *rowPointers {
	first := t.load("a")
	stride := t.load("lda")
	t.SHLQ(operand.Imm(t.product.shift), stride)
	p := &rowPointers{stride: stride, pointers: []reg.Register{first}}
	if t.rows <= 3 {
		return p
	}
	three := t.GP64()
	t.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, three)
	for r := 3; r < t.rows; r += 3 {
		next := t.GP64()
		t.LEAQ(operand.Mem{Base: p.pointers[len(p.pointers)-1], Index: three, Scale: 1}, next)
		p.pointers = append(p.pointers, next)
	}
	return p
}

func (p *rowPointers) row(r int) operand.Mem {
	m := operand.Mem{Base: p.pointers[r/3]}
	if r%3 > 0 {
		m.Index, m.Scale = p.stride, uint8(r%3)
	}
	return m
}

// store writes the sums to c, row by row.
func (t *tile) store() {
	c := t.load("c")
	stride := t.load("ldc")
	t.SHLQ(operand.Imm(2), stride)
	for r, sum := range t.sums {
		for i, v := range sum {
			t.VMOVUPS(v, at(c, i*t.bytes()))
		}
		if r+1 < t.rows {
			t.ADDQ(stride, c)
		}
	}
}
