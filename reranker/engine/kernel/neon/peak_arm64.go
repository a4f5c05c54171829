// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package neon

// PeakF32 makes turns times as many fused products of float32 as the largest tile in a step.
func PeakF32(turns int)

// PeakI16 makes turns times as many products of int16 pairs as the largest tile in a step.
func PeakI16(turns int)

// PeakI8Dot makes turns times as many products of four bytes as the largest tile in a
// step, with SDOT.
func PeakI8Dot(turns int)

// PeakI8MM does the same with SUDOT.
func PeakI8MM(turns int)
