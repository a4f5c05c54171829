// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// page is one Markdown file.
type page struct {
	name, text string
}

// pages are all that are written for people.
func pages(t *testing.T) []page {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []page
	for _, name := range strings.Fields(string(out)) {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page{name, string(data)})
	}
	if len(all) < 15 {
		t.Fatalf("found %d pages only", len(all))
	}
	return all
}

var fence = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```")

// blocks are the fenced blocks of a language.
func (p page) blocks(language string) []string {
	var out []string
	for _, m := range fence.FindAllStringSubmatch(p.text, -1) {
		if m[1] == language {
			out = append(out, m[2])
		}
	}
	return out
}

// prose is the page without its blocks.
func (p page) prose() string { return fence.ReplaceAllString(p.text, "") }

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	title   = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	address = regexp.MustCompile(`^[a-z]+:`)
)

// anchors are the fragments that GitHub makes of the page's titles.
func (p page) anchors() map[string]bool {
	out := map[string]bool{}
	for _, m := range title.FindAllStringSubmatch(p.prose(), -1) {
		text := link.ReplaceAllString(strings.ReplaceAll(m[1], "[", ""), "")
		slug := strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
		out[slug] = true
	}
	return out
}

func TestLinksLeadSomewhere(t *testing.T) {
	all := map[string]page{}
	for _, p := range pages(t) {
		all[p.name] = p
	}
	links := 0
	for _, p := range all {
		for _, m := range link.FindAllStringSubmatch(p.prose(), -1) {
			if address.MatchString(m[1]) {
				continue
			}
			links++
			file, fragment, _ := strings.Cut(m[1], "#")
			target := p.name
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(p.name), file))
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", p.name, m[1])
				continue
			}
			if to, isPage := all[target]; isPage && fragment != "" && !to.anchors()[fragment] {
				t.Errorf("%s: %s has no title for the link %s", p.name, target, m[1])
			}
		}
	}
	if links < 50 {
		t.Errorf("found %d links only", links)
	}
}

var fuzzTarget = regexp.MustCompile("(?m)^- `([a-z/]+)`: (.+)$")

// The list in the security model names targets that exist.
func TestTheListOfFuzzTargetsIsTrue(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "security-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, m := range fuzzTarget.FindAllStringSubmatch(string(data), -1) {
		files, err := filepath.Glob(filepath.Join(root, m[1], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		code := ""
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			code += string(data)
		}
		for _, name := range strings.Split(m[2], ", ") {
			listed++
			if !strings.Contains(code, "func "+name+"(f *testing.F)") {
				t.Errorf("%s has no fuzz target %s", m[1], name)
			}
		}
	}
	if listed < 20 {
		t.Errorf("%d targets are listed", listed)
	}
}
