// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Markers between which the README's table stands.
const (
	beginMarker = "<!-- values: begin -->\n"
	endMarker   = "<!-- values: end -->\n"
)

// valuesTable renders one row for each documented value, in file order. A
// value without a comment is an error: an undocumented value is a bug.
func valuesTable(values []byte) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(values, &document); err != nil {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("want one mapping at the top")
	}
	out := bytes.NewBufferString("| value | default | what it does |\n|---|---|---|\n")
	if err := appendRows(out, "", document.Content[0]); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func appendRows(out *bytes.Buffer, prefix string, mapping *yaml.Node) error {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		path := prefix + key.Value
		comment := commentText(key.HeadComment)
		if comment == "" {
			if value.Kind != yaml.MappingNode || len(value.Content) == 0 {
				return fmt.Errorf("line %d: %s has no comment above it", key.Line, path)
			}
			if err := appendRows(out, path+".", value); err != nil {
				return err
			}
			continue
		}
		text, err := inline(value)
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", key.Line, path, err)
		}
		fmt.Fprintf(out, "| `%s` | `%s` | %s |\n", path, text, strings.ReplaceAll(comment, "|", `\|`))
	}
	return nil
}

// commentText joins the lines of a comment into one.
func commentText(comment string) string {
	var words []string
	for line := range strings.Lines(comment) {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "#"))...)
	}
	return strings.Join(words, " ")
}

// inline writes a default on one line, as JSON.
func inline(node *yaml.Node) (string, error) {
	var value any
	if err := node.Decode(&value); err != nil {
		return "", err
	}
	text, err := json.Marshal(value)
	return string(text), err
}

func replaceBetween(document, content []byte) ([]byte, error) {
	head, rest, found := bytes.Cut(document, []byte(beginMarker))
	if !found {
		return nil, fmt.Errorf("no line %q", strings.TrimSpace(beginMarker))
	}
	_, tail, found := bytes.Cut(rest, []byte(endMarker))
	if !found {
		return nil, fmt.Errorf("no line %q", strings.TrimSpace(endMarker))
	}
	return bytes.Join([][]byte{head, []byte(beginMarker), content, []byte(endMarker), tail}, nil), nil
}
