// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Go's assembler writes VNNI in the EVEX encoding only, which CPUs without
// AVX-512 do not know. vnni finds those with three registers, in Go's
// order: second factor, first factor, sum.
var vnni = regexp.MustCompile(`(?m)^\t(VPDPWSSD|VPDPBUSD)\s+Y(\d+), Y(\d+), Y(\d+)$`)

var opcodes = map[string]byte{"VPDPBUSD": 0x50, "VPDPWSSD": 0x52}

// vex rewrites the instructions of VNNI in assembly text as bytes in the VEX
// encoding (Intel SDM, volume 2, section 2.3.5): VEX.256.66.0F38.W0 and the
// opcode.
func vex(text []byte) ([]byte, error) {
	var failed error
	out := vnni.ReplaceAllStringFunc(string(text), func(line string) string {
		m := vnni.FindStringSubmatch(line)
		var r [3]int
		for i := range r {
			r[i], _ = strconv.Atoi(m[2+i]) // digits
			if r[i] > 15 {
				failed = fmt.Errorf("%s: VEX has 16 registers", strings.TrimSpace(line))
			}
		}
		second, first, sum := r[0], r[1], r[2]
		return fmt.Sprintf("\tBYTE $0xc4; BYTE $0x%02x; BYTE $0x%02x; BYTE $0x%02x; BYTE $0x%02x // %s",
			(^sum>>3&1)<<7|1<<6|(^second>>3&1)<<5|2,
			(^first&15)<<3|1<<2|1,
			opcodes[m[1]],
			3<<6|(sum&7)<<3|second&7,
			strings.Join(strings.Fields(line), " "))
	})
	if strings.Contains(out, "\tVPDP") {
		return nil, fmt.Errorf("an instruction of VNNI has other operands than three registers")
	}
	return []byte(out), failed
}
