// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package kernel

import (
	"golang.org/x/sys/cpu"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/amx"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/avx2"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/avx512"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/avxvnni"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// assembly lists the sets in assembly that this CPU can run, best first.
func assembly() []*Set {
	var sets []*Set
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		if amx.Allowed() {
			sets = append(sets, amxSet())
		}
		if x.HasAVX512VNNI {
			sets = append(sets, avx512VNNISet())
		}
		sets = append(sets, avx512Set())
	}
	if x.HasAVX2 && x.HasFMA {
		if x.HasAVXVNNI {
			sets = append(sets, avxVNNISet())
		}
		sets = append(sets, avx2Set())
	}
	return sets
}

// leftOut is nothing: these sets have been seen on real CPUs, and need no proof.
func leftOut() []string { return nil }

func avx512Set() *Set {
	return &Set{
		Name:        "avx512",
		Width:       32,
		Rows:        14,
		tileF32:     avx512.TileF32,
		tileI16:     avx512.TileI16,
		layerNorm:   avx512.LayerNorm,
		gelu:        avx512.GELU,
		softmax:     avx512.Softmax,
		transpose8:  avx512.Transpose8,
		quantizeI16: avx512.QuantizeI16,
		tileI8:      avx512.TileI8,
		quantizeI8:  avx512.QuantizeI8,
		rotate:      avx512.Rotate,
		tileBF16:    generic.TileBF16(32),
		roundBF16:   avx512.RoundBF16,
		dot:         avx512.Dot,
		peakF32:     avx512.PeakF32,
		peakI16:     avx512.PeakI16,
	}
}

// avx512VNNISet differs from avx512Set in the products of integers.
func avx512VNNISet() *Set {
	s := avx512Set()
	s.Name = "avx512vnni"
	s.Fast = []Format{Int8, Int16}
	s.tileI16, s.peakI16 = avx512.TileI16VNNI, avx512.PeakI16VNNI
	s.tileI8, s.peakI8 = avx512.TileI8VNNI, avx512.PeakI8VNNI
	return s
}

// amxSet differs from avx512Set in the products of integers and of bfloat16.
func amxSet() *Set {
	s := avx512Set()
	s.Name = "amx"
	s.Fast = []Format{Int8, BFloat16, Int16}
	s.allRows = true
	s.tileI16, s.peakI16 = amx.TileI16, amx.Peak
	s.tileI8, s.peakI8 = amx.TileI8, amx.Peak
	s.tileBF16, s.peakBF16 = amx.TileBF16, amx.PeakBF16
	s.bytes = &bytesI16{quantize: avx512.QuantizeI16Bytes, split: amx.Panels, join: amx.Join}
	return s
}

// avxVNNISet differs from avx2Set in the products of integers.
func avxVNNISet() *Set {
	s := avx2Set()
	s.Name = "avxvnni"
	s.Fast = []Format{Int8, Int16}
	s.tileI16, s.peakI16 = avxvnni.TileI16VNNI, avxvnni.PeakI16VNNI
	s.tileI8, s.peakI8 = avxvnni.TileI8VNNI, avxvnni.PeakI8VNNI
	return s
}

func avx2Set() *Set {
	return &Set{
		Name:  "avx2",
		Width: 16,
		Rows:  6,

		Fast:        []Format{Int16},
		tileF32:     avx2.TileF32,
		tileI16:     avx2.TileI16,
		layerNorm:   avx2.LayerNorm,
		gelu:        avx2.GELU,
		softmax:     avx2.Softmax,
		transpose8:  avx2.Transpose8,
		quantizeI16: avx2.QuantizeI16,
		tileI8:      avx2.TileI8,
		quantizeI8:  avx2.QuantizeI8,
		rotate:      avx2.Rotate,
		tileBF16:    generic.TileBF16(16),
		roundBF16:   generic.RoundBF16,
		dot:         avx2.Dot,
		peakF32:     avx2.PeakF32,
		peakI16:     avx2.PeakI16,
	}
}
