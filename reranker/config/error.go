// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// FieldError says what is wrong with one setting.
type FieldError struct {
	// Source is where the value came from, such as a file or a flag.
	Source string
	// Field is the setting, as in the settings file: "limits.maxDocuments".
	Field string
	// Value is the offending value, shortened; empty when the field itself is
	// the trouble.
	Value string
	// Problem completes the sentence.
	Problem string
}

func (e *FieldError) Error() string {
	text := e.Field
	if text == "" {
		text = "settings"
	}
	if e.Source != "" {
		text = e.Source + ": " + text
	}
	if e.Value != "" {
		text += " = " + e.Value
	}
	return text + ": " + e.Problem
}

// longestValue keeps a mistaken file from filling a log line.
const longestValue = 80

func show(token json.Token) string {
	var text string
	switch v := token.(type) {
	case string:
		text = strconv.Quote(v)
	case json.Delim:
		text = map[json.Delim]string{'{': "an object", '[': "an array"}[v]
	case nil:
		text = "null"
	default:
		text = fmt.Sprint(v)
	}
	if len(text) > longestValue {
		text = text[:longestValue] + "…"
	}
	return text
}
