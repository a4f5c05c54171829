// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package generic holds the kernels in plain Go: the meaning of every other
// implementation, and the one that runs where no other can.
//
// Its functions take pointers and counts like the assembly does, because they
// must be interchangeable with it. Package kernel checks all sizes before.
package generic
