// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bm25

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStem(t *testing.T) {
	for w, want := range map[string]string{
		"models": "model", "bodies": "bodi", "body": "bodi", "gas": "gas", "flows": "flow", "glass": "glass",
		"heated": "heat", "heating": "heat", "stopped": "stop", "rolling": "roll", "string": "string",
		"aircraft": "aircraft", "plate": "plat", "plates": "plat", "is": "is", "": "", "thus": "thus",
	} {
		if got := Stem(w); got != want {
			t.Errorf("Stem(%q) = %q, want %q", w, got, want)
		}
	}
}

func TestSearchPrefersRareAndShort(t *testing.T) {
	x := New([]string{
		"the wing of an aircraft",
		"the flutter of the wing of an aircraft in the stream of the tunnel",
		"Fluttering wings!",
		"a tunnel",
	})
	var order []int
	for _, h := range x.Search("flutter wing", 3) {
		order = append(order, h.Document)
	}
	if diff := cmp.Diff([]int{2, 1, 0}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if hits := x.Search("zebra", 3); len(hits) != 0 {
		t.Errorf("hits for an unknown word: %v", hits)
	}
}
