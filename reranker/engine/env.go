// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import "os"

// KernelEnv names the kernel set to use instead of the fastest one, for tests
// and to rule a kernel out.
const KernelEnv = "QUANTUMRERANK_KERNEL"

func kernelName(asked string) string {
	if asked != "" {
		return asked
	}
	return os.Getenv(KernelEnv)
}
