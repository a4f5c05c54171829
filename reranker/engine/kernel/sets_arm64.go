// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package kernel

import (
	"slices"
	"sync"

	"golang.org/x/sys/cpu"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/neon"
)

// assembly lists the sets in assembly that this CPU can run, best first.
func assembly() []*Set {
	good, _ := proved()
	return slices.Clone(good)
}

// leftOut says which sets this CPU should run, and does not.
func leftOut() []string {
	_, wrong := proved()
	return wrong
}

// proved are those of the sets that compute on this CPU what plain Go does, and what is
// wrong with the others.
var proved = sync.OnceValues(func() ([]*Set, []string) {
	a := &cpu.ARM64
	return proven(neonSets(a.HasASIMD, a.HasASIMDDP, a.HasI8MM))
})

// neonSets lists the sets for CPUs with these extensions, best first.
func neonSets(vectors, dotProducts, mixedSigns bool) []*Set {
	var sets []*Set
	if vectors && mixedSigns {
		sets = append(sets, neonI8MMSet())
	}
	if vectors && dotProducts {
		sets = append(sets, neonDotSet())
	}
	if vectors {
		sets = append(sets, neonSet())
	}
	return sets
}

// neonSet lists no fast formats: SMLAL multiplies four integers of 16 bits where FMLA
// multiplies four of float32, and Arm's own cores begin half as many in a cycle.
func neonSet() *Set {
	return &Set{
		Name:        "neon",
		Width:       neon.Width,
		Rows:        neon.Rows,
		allRows:     true,
		tileF32:     neon.TileF32,
		layerNorm:   neon.LayerNorm,
		gelu:        neon.GELU,
		softmax:     neon.Softmax,
		transpose8:  neon.Transpose8,
		tileI16:     neon.TileI16,
		quantizeI16: neon.QuantizeI16,
		tileI8:      neon.TileI8,
		quantizeI8:  neon.QuantizeI8,
		rotate:      neon.Rotate,
		tileBF16:    generic.TileBF16(neon.Width),
		roundBF16:   generic.RoundBF16,
		dot:         neon.Dot,
		peakF32:     neon.PeakF32,
		peakI16:     neon.PeakI16,
	}
}

// neonDotSet differs from neonSet in the products of bytes.
func neonDotSet() *Set {
	s := neonSet()
	s.Name = "neondot"
	s.Fast = []Format{Int8}
	s.tileI8, s.peakI8 = neon.TileI8Dot, neon.PeakI8Dot
	return s
}

// neonI8MMSet differs from neonSet in the products of bytes.
func neonI8MMSet() *Set {
	s := neonSet()
	s.Name = "neoni8mm"
	s.Fast = []Format{Int8}
	s.tileI8, s.peakI8 = neon.TileI8MM, neon.PeakI8MM
	return s
}
