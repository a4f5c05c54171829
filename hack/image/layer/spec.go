// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"path"
	"strings"
)

// Mapping says that the file or directory Source on this machine becomes Target
// in the image.
type Mapping struct {
	Source string
	Target string
}

// ParseSpec reads the value of one --layer flag: SOURCE=TARGET pairs with commas
// between them. Targets are absolute, clean paths.
func ParseSpec(spec string) ([]Mapping, error) {
	parts := strings.Split(spec, ",")
	mappings := make([]Mapping, 0, len(parts))
	for _, part := range parts {
		m, err := parseMapping(part)
		if err != nil {
			return nil, fmt.Errorf("layer %q: %w", spec, err)
		}
		mappings = append(mappings, m)
	}
	return mappings, nil
}

func parseMapping(text string) (Mapping, error) {
	source, target, found := strings.Cut(text, "=")
	switch {
	case source == "":
		return Mapping{}, fmt.Errorf("%q names no file: want FILE=/PATH/IN/IMAGE", text)
	case !found || target == "":
		return Mapping{}, fmt.Errorf("%q has no target: want FILE=/PATH/IN/IMAGE", text)
	}
	if err := CheckTarget(target); err != nil {
		return Mapping{}, err
	}
	return Mapping{Source: source, Target: target}, nil
}

// CheckTarget refuses paths in the image that are not absolute, not clean, or
// the root itself: each of them has more than one spelling, and a second
// spelling would hide a duplicate.
func CheckTarget(target string) error {
	switch {
	case !path.IsAbs(target):
		return fmt.Errorf("target %q is not an absolute path", target)
	case target == "/":
		return fmt.Errorf("target %q is the root of the image: name a path below it", target)
	case path.Clean(target) != target:
		return fmt.Errorf("target %q is not a clean path: write %q", target, path.Clean(target))
	}
	return nil
}
