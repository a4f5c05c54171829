// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import "github.com/quantumrerank/quantumrerank/reranker/engine/kernel"

// kernelsToTest lists every kernel set of this CPU.
func kernelsToTest() []string { return kernel.Names() }
