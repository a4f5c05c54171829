// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package amx

import (
	"sync"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// From Linux's asm/prctl.h and the list of state components in the Intel SDM,
// volume 1, section 13.1.
const (
	archReqXcompPerm = 0x1023
	tileData         = 18
)

// Allowed reports whether the CPU has AMX with products of bytes and of bfloat16,
// as every CPU with AMX has so far, and asks Linux for the permission to use it
// (Documentation/arch/x86/xstate.rst), which holds for all threads of the
// process. Where the kernel is too old, or a sandbox refuses, the answer is no.
var Allowed = sync.OnceValue(func() bool {
	if !cpu.X86.HasAMXTile || !cpu.X86.HasAMXInt8 || !cpu.X86.HasAMXBF16 || !cpu.X86.HasAVX512BW {
		return false
	}
	_, _, err := unix.RawSyscall(unix.SYS_ARCH_PRCTL, archReqXcompPerm, tileData, 0)
	return err == 0
})
