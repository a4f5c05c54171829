// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"slices"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// theirs is what of a set of fields stays with its writer in a take-over.
func theirs(set *fieldpath.Set, desired map[string]any) *fieldpath.Set {
	out := fieldpath.NewSet()
	set.Iterate(func(p fieldpath.Path) {
		if isTheirs(p, desired) {
			out.Insert(p.Copy())
		}
	})
	return out
}

var replicas = fieldpath.MakePathOrDie("spec", "replicas")

// isTheirs reports whether a field is in nobody's way:
//   - metadata, of the object or of its pods: a restart, a finalizer, what a
//     load balancer notes;
//   - an item of a list, a sidecar for example, whose name no wanted item has;
//   - the number of pods, which the main manager must never own, or its next
//     apply would reset it to 1.
func isTheirs(p fieldpath.Path, desired any) bool {
	if p.Equals(replicas) {
		return true
	}
	for _, e := range p {
		if e.FieldName != nil && *e.FieldName == "metadata" {
			return true
		}
		if desired = step(desired, e); desired == nil && isNamed(e) {
			return true
		}
	}
	return false
}

// isNamed reports whether an item of a list is told apart by its name or the
// like. Ports are not: two of them may have one name.
func isNamed(e fieldpath.PathElement) bool {
	if e.Key == nil {
		return false
	}
	for _, f := range *e.Key {
		if slices.Contains(mergeKeys, f.Name) {
			return true
		}
	}
	return false
}

// step is the wanted value below an element of a path, nil if there is none.
func step(desired any, e fieldpath.PathElement) any {
	if e.FieldName != nil {
		m, _ := desired.(map[string]any)
		return m[*e.FieldName]
	}
	items, _ := desired.([]any)
	if i := slices.IndexFunc(items, func(item any) bool { return hasKeyOf(item, e) }); i >= 0 {
		return items[i]
	}
	return nil
}

func hasKeyOf(item any, e fieldpath.PathElement) bool {
	m, ok := item.(map[string]any)
	if !ok || e.Key == nil {
		return false
	}
	for _, f := range *e.Key {
		if !equalScalars(m[f.Name], f.Value.Unstructured()) {
			return false
		}
	}
	return true
}
