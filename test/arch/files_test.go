// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// repoRoot is the directory that holds go.mod.
func repoRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("repository root: %v", err)
	}
	return root
}

// trackedFiles lists the files of the project by path relative to the root.
// Untracked files count too, unless git ignores them, so that a rule bites
// before the commit and not after.
func trackedFiles(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = repoRoot(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	files := strings.Fields(string(out))
	if len(files) < 20 {
		t.Fatalf("git ls-files found %d files only", len(files))
	}
	return slices.Compact(files)
}

func TestSourceFilesCarryTheLicence(t *testing.T) {
	const spdx = "SPDX-License-Identifier: Apache-2.0"
	withHeader := []string{".go", ".s", ".sh", ".py", ".mk", ".js", ".mjs", ".ts"}
	named := []string{"Makefile", "Dockerfile", "hack/cluster/cluster"}
	checked := 0
	for _, name := range trackedFiles(t) {
		if !slices.Contains(withHeader, filepath.Ext(name)) && !slices.Contains(named, name) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(repoRoot(t), name))
		if os.IsNotExist(err) {
			continue // deleted, not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		checked++
		head := data[:min(len(data), 600)]
		if !bytes.Contains(head, []byte(spdx)) {
			t.Errorf("%s: no line %q near its top", name, spdx)
		}
	}
	if checked == 0 {
		t.Error("no source file was checked")
	}
}

// forbidden are texts that no file of the project may contain.
var forbidden = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{
		// Spelled in pieces, or this file would break its own rule.
		regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
			`gh` + `cr\.io`, `do` + `cker\.io`, `qu` + `ay\.io`, `g` + `cr\.io`, `registry\.` + `k8s\.io`,
			`proxy\.` + `golang\.org`, `pypi\.` + `org`, `files\.python` + `hosted\.org`, `registry\.` + `npmjs\.org`,
			`hugging` + `face\.co`, `repo1?\.` + `maven\.(org|apache\.org)`, `deb\.` + `debian\.org`, `static\.` + `crates\.io`,
		}, "|") + `)\b`),
		"registries are reached through their ordinary clients, which know the address; a mirror must need no change here",
	},
	{
		regexp.MustCompile(`(^|[\s"'=(:])/(work|ho` + `me|ro` + `ot|Us` + `ers)/[A-Za-z0-9._-]+`),
		"an absolute path of somebody's machine works on that machine alone",
	},
}

func TestNoFileNamesARegistryOrAMachine(t *testing.T) {
	for _, name := range trackedFiles(t) {
		base := filepath.Base(name)
		if base == "go.sum" || base == "package-lock.json" || strings.HasSuffix(base, ".gz") || strings.HasSuffix(base, ".png") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(repoRoot(t), name))
		if err != nil || bytes.IndexByte(data, 0) >= 0 {
			continue // deleted or binary
		}
		for i, line := range bytes.Split(data, []byte("\n")) {
			for _, f := range forbidden {
				if m := f.pattern.Find(line); m != nil {
					t.Errorf("%s:%d contains %q: %s", name, i+1, m, f.reason)
				}
			}
		}
	}
}
