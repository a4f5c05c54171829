// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package kernel

import (
	"golang.org/x/sys/cpu"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/avx2"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/avx512"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// assembly lists the sets in assembly that this CPU can run, best first.
func assembly() []*Set {
	var sets []*Set
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		sets = append(sets, avx512Set())
	}
	if x.HasAVX2 && x.HasFMA {
		sets = append(sets, avx2Set())
	}
	return sets
}

func avx512Set() *Set {
	return &Set{
		Name:      "avx512",
		Width:     32,
		Rows:      14,
		tileF32:   avx512.TileF32,
		layerNorm: generic.LayerNorm,
		gelu:      generic.GELU,
		softmax:   generic.Softmax,
		keys:      generic.Keys(32),
	}
}

func avx2Set() *Set {
	return &Set{
		Name:      "avx2",
		Width:     16,
		Rows:      6,
		tileF32:   avx2.TileF32,
		layerNorm: generic.LayerNorm,
		gelu:      generic.GELU,
		softmax:   generic.Softmax,
		keys:      generic.Keys(16),
	}
}
