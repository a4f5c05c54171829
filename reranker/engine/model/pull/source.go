// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// source is a parsed source. Exactly one group of fields is set.
type source struct {
	text                  string
	owner, name, revision string // hf
	pkg                   string // pypi: "package==version"
	dir                   string // file
}

// The parts end up in URLs and in arguments of a command, so they are held to
// the letters that such names have.
var (
	hubName     = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]{0,95})/([A-Za-z0-9][A-Za-z0-9._-]{0,95})(?:@([A-Za-z0-9][A-Za-z0-9._/-]{0,127}))?$`)
	packageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}==[0-9][A-Za-z0-9.!+_-]{0,63}$`)
)

func parseSource(text string) (source, error) {
	s := source{text: text}
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return s, fmt.Errorf("source %q has no scheme; supported: hf://owner/name@revision, pypi://package==version, file:///directory", text)
	}
	switch scheme {
	case "hf":
		m := hubName.FindStringSubmatch(rest)
		if m == nil || strings.Contains(rest, "..") {
			return s, fmt.Errorf("source %q: want hf://owner/name@revision", text)
		}
		s.owner, s.name, s.revision = m[1], m[2], m[3]
		if s.revision == "" {
			s.revision = "main"
			s.text += "@main"
		}
	case "pypi":
		if !packageName.MatchString(rest) {
			return s, fmt.Errorf("source %q: want pypi://package==version", text)
		}
		s.pkg = rest
	case "file":
		if !filepath.IsAbs(rest) {
			return s, fmt.Errorf("source %q: want file:///directory with an absolute path", text)
		}
		s.dir = filepath.Clean(rest)
	default:
		return s, fmt.Errorf("source %q: scheme %q is not supported; supported: hf, pypi, file", text, scheme)
	}
	return s, nil
}
