// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rounding

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// correlated returns inputs that are mixtures of a few sources and a little noise, as
// those of layers are.
func correlated(rng *rand.Rand, count, size int) [][]float32 {
	const sources = 6
	mix := make([]float64, sources*size)
	for i := range mix {
		mix[i] = rng.NormFloat64()
	}
	inputs := make([][]float32, count)
	for i := range inputs {
		x := make([]float64, size)
		for s := range sources {
			amount := rng.NormFloat64()
			for j := range x {
				x[j] += amount * mix[s*size+j]
			}
		}
		inputs[i] = make([]float32, size)
		for j := range x {
			inputs[i][j] = float32(x[j] + 0.3*rng.NormFloat64())
		}
	}
	return inputs
}

func gramOf(inputs [][]float32) *Gram {
	size := len(inputs[0])
	g, products := NewGram(size), make([]float32, size*size)
	for _, x := range inputs {
		for i := range x {
			for j := range x {
				products[i*size+j] = x[i] * x[j]
			}
		}
		g.Add(products)
	}
	return g
}

func weightsOf(rng *rand.Rand, size int) (row []float32, nearest []int8) {
	row, nearest = make([]float32, size), make([]int8, size)
	for i := range row {
		row[i] = float32(max(-limit, min(limit, 40*rng.NormFloat64())))
		nearest[i] = int8(math.RoundToEven(float64(row[i])))
	}
	return row, nearest
}

func meanSquare(inputs [][]float32, row []float32, integers []int8) float64 {
	sum := 0.0
	for _, x := range inputs {
		e := 0.0
		for i, w := range row {
			e += (float64(w) - float64(integers[i])) * float64(x[i])
		}
		sum += e * e / float64(len(inputs))
	}
	return sum
}

func TestProductsWithOtherInputsOfTheKindErrLess(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const size = 64
	inputs := correlated(rng, 1200, size)
	f := gramOf(inputs[:600]).Factor()
	if f == nil {
		t.Fatal("no factor of ordinary inputs")
	}
	before, after := 0.0, 0.0
	for range 50 {
		row, integers := weightsOf(rng, size)
		nearest := slices.Clone(integers)
		before += meanSquare(inputs[600:], row, nearest)
		f.Round(row, integers)
		after += meanSquare(inputs[600:], row, integers)
		for i := range integers {
			if d := int(integers[i]) - int(nearest[i]); d < -1 || d > 1 || integers[i] < -limit {
				t.Fatalf("weight %g became %d, nearest is %d", row[i], integers[i], nearest[i])
			}
		}
	}
	if !(after < before/3) {
		t.Errorf("mean square error %g, of the nearest integers %g", after, before)
	}
}

// TestRoundIsTheBestOfSmallOnes compares with every choice of neighbours.
func TestRoundComesNearTheBestChoice(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const size = 8
	inputs := correlated(rng, 300, size)
	f := gramOf(inputs).Factor()
	rounded, nearestOnes, best := 0.0, 0.0, 0.0
	for range 20 {
		row, integers := weightsOf(rng, size)
		nearestOnes += meanSquare(inputs, row, integers)
		best += bestChoice(inputs, row, integers)
		f.Round(row, integers)
		rounded += meanSquare(inputs, row, integers)
	}
	if rounded < best || rounded-best > (nearestOnes-best)/2 {
		t.Errorf("mean square error %g; the best choice has %g, the nearest integers %g", rounded, best, nearestOnes)
	}
}

func bestChoice(inputs [][]float32, row []float32, nearest []int8) float64 {
	best := math.Inf(1)
	for choice := range 1 << len(row) {
		integers := make([]int8, len(row))
		for i, w := range row {
			integers[i] = int8(math.Floor(float64(w))) + int8(choice>>i&1)
		}
		best = min(best, meanSquare(inputs, row, integers))
	}
	return best
}

func TestUncorrelatedInputsLeaveTheNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	g := NewGram(16)
	identity := make([]float32, 16*16)
	for i := range 16 {
		identity[i*17] = float32(i + 1)
	}
	for _, add := range []func(){func() {}, func() { g.Add(identity) }} {
		add()
		row, integers := weightsOf(rng, 16)
		nearest := slices.Clone(integers)
		g.Factor().Round(row, integers)
		if !slices.Equal(integers, nearest) {
			t.Errorf("%v became %v", nearest, integers)
		}
	}
}

func TestInputsThatAreNoNumbersHaveNoFactor(t *testing.T) {
	for _, v := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		g := NewGram(2)
		g.Add([]float32{v, 0, 0, 1})
		if g.Factor() != nil {
			t.Errorf("inputs of %g have a factor", v)
		}
	}
}

func TestLargestIntegersStay(t *testing.T) {
	g := NewGram(2)
	g.Add([]float32{1, -1, -1, 1.01})
	integers := []int8{limit, limit}
	g.Factor().Round([]float32{126.6, 127}, integers)
	for _, v := range integers {
		if v < 126 {
			t.Errorf("integers are %v", integers)
		}
	}
}
