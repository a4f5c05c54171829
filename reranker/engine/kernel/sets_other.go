// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build (!amd64 && !arm64) || purego

package kernel

func assembly() []*Set { return nil }

func leftOut() []string { return nil }
