// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// binaries are the programs of the product.
var binaries = []string{"operator", "reranker"}

// listed is where the list of a binary is checked in.
func listed(binary string) string { return filepath.Join("hack", "supply", binary+".txt") }

// dependencies writes or checks the list of every binary.
func dependencies(ctx context.Context, check bool) error {
	for _, binary := range binaries {
		list, err := modules(ctx, "./cmd/"+binary)
		if err != nil {
			return err
		}
		if !check {
			if err := os.WriteFile(listed(binary), list, 0o600); err != nil {
				return err
			}
			continue
		}
		want, err := os.ReadFile(listed(binary))
		if err != nil {
			return err
		}
		if !bytes.Equal(want, list) {
			return fmt.Errorf("%s is not what the %s links: run `make dependencies` and look at the difference", listed(binary), binary)
		}
	}
	return nil
}

type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

// modules lists "path version licence" of what a program for Linux links, on
// either processor.
func modules(ctx context.Context, program string) ([]byte, error) {
	found := map[string]bool{}
	for _, arch := range []string{"amd64", "arm64"} {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Module", program)
		cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list %s: %w", program, err)
		}
		if err := collect(bytes.NewReader(out), found); err != nil {
			return nil, err
		}
	}
	lines := make([]string, 0, len(found))
	for line := range found {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

func collect(packages io.Reader, found map[string]bool) error {
	decoder := json.NewDecoder(packages)
	for {
		var p struct{ Module *module }
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		m := p.Module
		if m == nil || m.Main {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		name, err := licence(m.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		found[m.Path+" "+m.Version+" "+name] = true
	}
}
