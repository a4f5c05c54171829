// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package docs

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCommandsWithTheCluster walks through the documents as a platform engineer
// does, from the installation to the uninstallation.
func TestCommandsWithTheCluster(t *testing.T) {
	if os.Getenv("KUBECONFIG") == "" {
		t.Fatal("KUBECONFIG is not set: run `make e2e`")
	}
	assets, err := exec.Command(filepath.Join(root, "hack", "cluster", "cluster"), "assets").Output()
	if err != nil {
		t.Fatal(err)
	}
	tidy(t)
	blocks := slices.DeleteFunc(allBlocks(t), func(b block) bool { return b.place != "cluster" })
	slices.SortStableFunc(blocks, func(a, b block) int { return cmp.Compare(a.order, b.order) })
	for _, b := range blocks {
		b.code = strings.NewReplacer("-n NS", "-n rag", " NAME", " search", "=NAME", "=search").Replace(b.code)
		if !t.Run(b.name(), func(t *testing.T) { b.run(t, strings.TrimSpace(string(assets))) }) {
			t.Fatal("the walk ends here")
		}
	}
}
