// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package modeltest finds the default model for tests. A test that needs real
// weights fails without them: a skipped test would look like a passed one.
package modeltest

import (
	"os"
	"path/filepath"
	"testing"
)

// Env names the directory of the model to test with.
const Env = "RERANK_MODEL"

// Name is the default model, as `make model` unpacks it.
const Name = "all-MiniLM-L6-v2"

// Dir returns the directory of the default model: $RERANK_MODEL, else
// bin/models/all-MiniLM-L6-v2 below the root of the repository. It fails the
// test if there is none.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv(Env)
	if dir == "" {
		dir = filepath.Join(Root(t), "bin", "models", Name)
	}
	for _, file := range []string{"config.json", "tokenizer.json", "model.safetensors"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Fatalf("the test needs the model %s in %s (or $%s): run `make model` first: %v", Name, dir, Env, err)
		}
	}
	return dir
}

// Root returns the root of the repository: the closest directory above the
// test that has a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find the root of the repository: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("find the root of the repository: no go.mod above the working directory")
		}
		dir = up
	}
}
