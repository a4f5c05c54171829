// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kernel holds the numeric work of the engine: matrix products with
// packed weights, and the vector operations between them.
//
// A Set is one implementation of all of it: generic Go, or assembly for an
// instruction set of the CPU. Available lists those that this CPU can run,
// best first; the generic one is always among them and is the meaning of the
// others, which are tested against it. A set that nobody has seen on a real CPU,
// those of arm64, is offered only after it has computed there what plain Go does (see
// proof.go).
//
// Weights are packed once, at load, into panels of Width columns: a panel
// holds, for each step along the inner dimension, the Width weights that meet
// one broadcast element of the input (see Panels). Products are computed in
// tiles of up to Rows rows by one panel, so that the sums stay in registers.
//
// Two rules hold for every Set:
//
//   - A row of a result depends on the same row of the input only, never on
//     its place in the matrix or on the other rows, down to the last bit. So a
//     text has the same embedding whatever else is computed with it.
//   - Integer products are exact: limits chosen at packing time keep every sum
//     within 32 bits, and sets agree to the last bit. Float32 products differ
//     between sets by rounding only (see the tests for the bound).
//
// All matrices have inner and outer dimensions that are multiples of Align;
// callers pad with zeros. Functions check the sizes of slices and panic with
// "BUG:" if a caller got them wrong; no input data can cause a panic.
//
//go:generate ./generate.sh
package kernel
