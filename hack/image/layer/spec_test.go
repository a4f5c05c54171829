// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"slices"
	"strings"
	"testing"
)

func TestParseSpecReadsPairs(t *testing.T) {
	got, err := ParseSpec("bin/a=/a,models/m=/models/m")
	if err != nil {
		t.Fatal(err)
	}
	want := []Mapping{{"bin/a", "/a"}, {"models/m", "/models/m"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseSpecRefuses(t *testing.T) {
	tests := map[string]struct{ spec, want string }{
		"an empty value":            {"", "names no file"},
		"a pair without a source":   {"=/a", "names no file"},
		"a pair without a target":   {"bin/a", "has no target"},
		"an empty target":           {"bin/a=", "has no target"},
		"a relative target":         {"bin/a=a", "not an absolute path"},
		"the root as a target":      {"bin/a=/", "the root of the image"},
		"a target that climbs":      {"bin/a=/x/../a", "not a clean path"},
		"a target with a slash":     {"bin/a=/a/", "not a clean path"},
		"a bad second pair":         {"bin/a=/a,bin/b", "has no target"},
		"a comma with nothing next": {"bin/a=/a,", "names no file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseSpec(tt.spec)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseSpec(%q) = %v, want an error with %q", tt.spec, err, tt.want)
			}
		})
	}
}

func FuzzParseSpec(f *testing.F) {
	for _, seed := range []string{"a=/a", "a=/a,b=/b", "=", ",", "a=b=/c", "a=/../x", "a=//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		mappings, err := ParseSpec(spec)
		if err != nil {
			return
		}
		for _, m := range mappings {
			if m.Source == "" || CheckTarget(m.Target) != nil {
				t.Errorf("ParseSpec(%q) let %+v through", spec, m)
			}
		}
	})
}
