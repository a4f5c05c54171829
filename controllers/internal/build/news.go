// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// withoutNews leaves out of settings what an image of another release may not
// know, which is what the last settings do not name, where it only says the
// default: the pod refuses keys that it does not know. A value that the user
// chose stays, since ignoring it would be worse than refusing it.
func withoutNews(in Input, settings contract.Settings) contract.Settings {
	if in.last == nil || in.Effective.Image == in.release.Image {
		return settings
	}
	left := prune(mustJSON(settings), []byte(in.last.Settings), mustJSON(defaultSettings(in)))
	var out contract.Settings
	if err := json.Unmarshal(left, &out); err != nil {
		panic(fmt.Sprintf("BUG: read settings: %v", err))
	}
	return out
}

// defaultSettings are those of a Reranker that says nothing but its method,
// which decides which defaults there are.
func defaultSettings(in Input) contract.Settings {
	rr := &v1alpha1.Reranker{ObjectMeta: in.Reranker.ObjectMeta}
	rr.Spec.Method = in.Reranker.Spec.Method
	return render(NewInput(rr, in.Effective.Image))
}

// prune drops from JSON the keys that known lacks and that equal their default.
func prune(value, known, defaults json.RawMessage) json.RawMessage {
	fields := fieldsOf(value)
	if fields == nil {
		return value
	}
	old, byDefault := fieldsOf(known), fieldsOf(defaults)
	for key, v := range fields {
		if _, ok := old[key]; !ok && bytes.Equal(v, byDefault[key]) {
			delete(fields, key)
			continue
		}
		fields[key] = prune(v, old[key], byDefault[key])
	}
	return mustJSON(fields)
}

// fieldsOf is nil for what is none.
func fieldsOf(data json.RawMessage) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	if json.Unmarshal(data, &out) != nil {
		return nil
	}
	return out
}
