// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "golang.org/x/sys/unix"

// wishHuge asks for huge pages behind memory that nobody has touched. A kernel that
// has none, or is told to give none, says no: everything works without them.
func wishHuge(memory []byte) { _ = unix.Madvise(memory, unix.MADV_HUGEPAGE) }
