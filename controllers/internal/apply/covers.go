// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
)

// mergeKeys are the fields by which items of a list are told apart, as the API
// server does for lists of type map. The first one that all wanted items carry
// is used. A list without any is compared as a whole.
var mergeKeys = []string{"name", "mountPath", "uid", "topologyKey", "resourceName"}

// atomicMaps are the maps that the API server replaces as a whole: a key that
// somebody adds to one changes what is selected.
var atomicMaps = map[string]bool{
	"selector": true, "podSelector": true, "namespaceSelector": true,
	"labelSelector": true, "matchLabels": true, "nodeSelector": true,
}

// covers reports whether live holds everything that want names. Fields that
// want does not name belong to somebody else and do not count, nor do items
// that somebody else added to a list of type map.
func covers(live, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		return coversMap(live, want)
	case []any:
		return coversList(live, want)
	default:
		return equalScalars(live, want)
	}
}

func coversMap(live any, want map[string]any) bool {
	m, ok := live.(map[string]any)
	if !ok {
		// The API server drops empty maps.
		return live == nil && len(want) == 0
	}
	for key, value := range want {
		if atomicMaps[key] && !equality.Semantic.DeepEqual(m[key], value) {
			return false
		}
		if !covers(m[key], value) {
			return false
		}
	}
	return true
}

func coversList(live any, want []any) bool {
	l, ok := live.([]any)
	if !ok {
		return live == nil && len(want) == 0
	}
	if key := mergeKey(want); key != "" {
		return !slices.ContainsFunc(want, func(item any) bool {
			return !covers(find(l, key, item.(map[string]any)[key]), item)
		})
	}
	return len(l) == len(want) && slices.EqualFunc(l, want, covers)
}

func mergeKey(items []any) string {
	for _, key := range mergeKeys {
		seen := map[any]bool{}
		unusable := func(item any) bool {
			if !hasKey(item, key) {
				return true
			}
			v := item.(map[string]any)[key]
			again := seen[v]
			seen[v] = true
			return again
		}
		if len(items) > 0 && !slices.ContainsFunc(items, unusable) {
			return key
		}
	}
	return ""
}

func hasKey(item any, key string) bool {
	m, ok := item.(map[string]any)
	return ok && m[key] != nil
}

func find(items []any, key string, value any) any {
	for _, item := range items {
		if m, ok := item.(map[string]any); ok && equalScalars(m[key], value) {
			return m
		}
	}
	return nil
}

// equalScalars compares values of JSON. Numbers may come as int64 or float64.
func equalScalars(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case int32:
		return float64(v), true
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// withoutIdentity is an object without what names it: two equal names are how
// the live object was found.
func withoutIdentity(obj map[string]any) map[string]any {
	out := maps.Clone(obj)
	delete(out, "apiVersion")
	delete(out, "kind")
	return out
}
