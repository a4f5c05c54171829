// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package kernel

import (
	"strings"
	"testing"
)

func TestSetsAreThoseOfTheExtensions(t *testing.T) {
	for _, c := range []struct {
		vectors, dotProducts, mixedSigns bool
		want                             string
	}{
		{false, true, true, ""},
		{true, false, false, "neon"},
		{true, true, false, "neondot neon"},
		{true, true, true, "neoni8mm neondot neon"},
	} {
		var names []string
		for _, s := range neonSets(c.vectors, c.dotProducts, c.mixedSigns) {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("vectors %t, dot products %t, mixed signs %t: sets %q, want %q", c.vectors, c.dotProducts, c.mixedSigns, got, c.want)
		}
	}
}
