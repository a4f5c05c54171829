// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestRunPrintsTagDigestAndSizes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/p", []byte("run"), 0o755); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := []string{
		"-o", dir + "/i.tar", "-t", "localhost/x:1", "--layer", dir + "/p=/p",
		"--entrypoint", "/p", "--label", "k=v=w", "--arch", "amd64",
	}
	if err := run(args, "1700000000", &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^localhost/x:1 sha256:[0-9a-f]{64} 0\.0 MB \(layers: 0\.0 MB\)\n$`)
	if !want.MatchString(out.String()) {
		t.Errorf("printed %q", out.String())
	}
}

func TestRunRefuses(t *testing.T) {
	tests := map[string]struct {
		args  []string
		epoch string
		want  string
	}{
		"nowhere to write":       {[]string{"-t", "x:1"}, "", "nowhere to write"},
		"a stray word":           {[]string{"-o", "x", "y"}, "", "unexpected argument"},
		"a label without value":  {[]string{"-o", "x", "--label", "k"}, "", "key=value"},
		"a label twice":          {[]string{"-o", "x", "--label", "k=1", "--label", "k=2"}, "", "given twice"},
		"a date as epoch":        {[]string{"-o", "x"}, "2024-01-01", "SOURCE_DATE_EPOCH"},
		"an epoch below zero":    {[]string{"-o", "x"}, "-1", "SOURCE_DATE_EPOCH"},
		"a layer without target": {[]string{"-o", "x", "-t", "localhost/x:1", "--layer", "a", "--entrypoint", "/a"}, "", "has no target"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := run(tt.args, tt.epoch, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}
