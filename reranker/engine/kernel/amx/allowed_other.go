// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux || !amd64

package amx

// Allowed is false: the registers must be asked for, and only how to ask Linux
// is known here.
func Allowed() bool { return false }
