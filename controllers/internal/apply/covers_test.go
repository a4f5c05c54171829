// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"testing"

	"sigs.k8s.io/yaml"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		live, want string
		covers     bool
	}{
		"equal":                             {"{a: 1, b: x}", "{a: 1, b: x}", true},
		"more in the live object":           {"{a: 1, b: x}", "{a: 1}", true},
		"less in the live object":           {"{a: 1}", "{a: 1, b: x}", false},
		"another value":                     {"{a: 1}", "{a: 2}", false},
		"another type":                      {"{a: '1'}", "{a: 1}", false},
		"a whole number and its twin":       {"{a: 1}", "{a: 1.0}", true},
		"a false that is absent":            {"{}", "{a: false}", false},
		"an empty map that was dropped":     {"{}", "{a: {}}", true},
		"an empty list that was dropped":    {"{}", "{a: []}", true},
		"an item more, by name":             {"{l: [{name: x, v: 1}, {name: y}]}", "{l: [{name: y}]}", true},
		"items in another order, by name":   {"{l: [{name: x}, {name: y}]}", "{l: [{name: y}, {name: x}]}", true},
		"an item changed, by name":          {"{l: [{name: x, v: 2}]}", "{l: [{name: x, v: 1}]}", false},
		"an item missing, by name":          {"{l: [{name: x}]}", "{l: [{name: x}, {name: y}]}", false},
		"an item more, in a whole list":     {"{l: [a, b]}", "{l: [a]}", false},
		"another order, in a whole list":    {"{l: [b, a]}", "{l: [a, b]}", false},
		"defaults inside of a whole list":   {"{l: [{type: x, extra: 1}]}", "{l: [{type: x}]}", true},
		"a wanted list that became a value": {"{l: 1}", "{l: [1]}", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := covers(parse(t, tc.live), parse(t, tc.want)); got != tc.covers {
				t.Errorf("covers(%s, %s) = %t, want %t", tc.live, tc.want, got, tc.covers)
			}
		})
	}
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var out any
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
