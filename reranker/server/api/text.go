// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"strings"
	"unicode"
)

// IsSpace reports whether r is white space for Python's str.strip, whose
// notion the rules are written in. It differs from unicode.IsSpace in the
// four information separators only.
func IsSpace(r rune) bool {
	return unicode.IsSpace(r) || ('\x1c' <= r && r <= '\x1f')
}

// Strip returns s without white space at both ends, as Python's str.strip.
func Strip(s string) string { return strings.TrimFunc(s, IsSpace) }
