// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package kernel

func wishHuge([]byte) {}
