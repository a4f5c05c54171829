// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// Whether the kernel fulfils the wish is its own business; that it was told is in
// the flags of the mapping.
func TestLargeMemoryAsksForHugePages(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skipf("NOT TESTED: %v: this kernel knows no huge pages", err)
	}
	b := Bytes(4 * large)
	flags := flagsOf(t, uintptr(unsafe.Pointer(unsafe.SliceData(b))))
	if !strings.Contains(flags+" ", " hg ") {
		t.Errorf("flags of the mapping are %q, want hg among them", flags)
	}
}

// flagsOf returns the flags of the mapping with the address.
func flagsOf(t *testing.T, address uintptr) string {
	t.Helper()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	defer f.Close()
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &from, &to); n == 2 {
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(lines.Text(), "VmFlags:"); ok && inside {
			return flags
		}
	}
	t.Skip("NOT TESTED: the flags are not told")
	return ""
}
