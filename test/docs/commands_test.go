// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/cli"
)

// commands are the lines of the shell blocks, continued lines joined.
func (p page) commands() []string {
	var out []string
	for _, block := range append(p.blocks("sh"), p.blocks("")...) {
		block = strings.ReplaceAll(block, "\\\n", " ")
		out = append(out, strings.Split(block, "\n")...)
	}
	return out
}

// targets are the targets of the Makefile and what it includes.
func targets(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "hack", "make", "*.mk"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{"bin/helm": true, "bin/golangci-lint": true, "bin/promtool": true, "bin/prometheus": true}
	rule := regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*):`)
	for _, file := range append(files, filepath.Join(root, "Makefile")) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range rule.FindAllStringSubmatch(string(data), -1) {
			out[m[1]] = true
		}
	}
	return out
}

var (
	makeLine = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*make((?: +[a-z][a-z0-9/-]*)+)`)
	makeCode = regexp.MustCompile("`(?:[A-Z_]+=\\S+ )*make((?: [a-z][a-z0-9/-]*)+)[^`]*`")
)

func TestMakeTargetsInTheDocsExist(t *testing.T) {
	known, found := targets(t), 0
	for _, p := range pages(t) {
		var used []string
		for _, line := range p.commands() {
			if m := makeLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				used = append(used, strings.Fields(m[1])...)
			}
		}
		for _, m := range makeCode.FindAllStringSubmatch(p.prose(), -1) {
			used = append(used, strings.Fields(m[1])...)
		}
		for _, target := range used {
			found++
			if !known[target] {
				t.Errorf("%s: there is no `make %s`", p.name, target)
			}
		}
	}
	if found < 30 {
		t.Errorf("found %d uses of make only", found)
	}
}

var (
	rerankerLine = regexp.MustCompile(`^(?:bin/)?reranker +([a-z].*)`)
	flagWord     = regexp.MustCompile(`^--[a-z0-9-]+`)
	subcommand   = regexp.MustCompile(`^[a-z]+$`)
)

func TestCommandsOfTheRerankerExist(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for _, line := range p.commands() {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			m := rerankerLine.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			found++
			checkReranker(t, p.name, strings.Fields(m[1]))
		}
	}
	if found < 3 {
		t.Errorf("found %d commands only", found)
	}
}

// checkReranker asks the command itself for its help, and looks for the flags
// there.
func checkReranker(t *testing.T, where string, words []string) {
	t.Helper()
	path := []string{words[0]}
	if len(words) > 1 && subcommand.MatchString(words[1]) && slices.Contains([]string{"model", "bench"}, words[0]) {
		path = append(path, words[1])
	}
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), append(path, "--help"), cli.Streams{Out: &out, Err: &errs}, "docs")
	if code != 0 || !strings.Contains(out.String(), "reranker "+strings.Join(path, " ")) {
		t.Errorf("%s: there is no `reranker %s` (%s)", where, strings.Join(path, " "), &errs)
		return
	}
	for _, word := range words {
		if name := flagWord.FindString(word); name != "" && !strings.Contains(out.String(), name+" ") {
			t.Errorf("%s: `reranker %s` has no flag %s", where, strings.Join(path, " "), name)
		}
	}
}

var (
	fileWord = regexp.MustCompile(`(?:^|[\s@"'=(])((?:hack|test|config|charts|docs)/[A-Za-z0-9_./-]+)`)
	setFlag  = regexp.MustCompile(`--set(?:-string)? +'?([A-Za-z0-9_.\\/-]+)=`)
	body     = regexp.MustCompile(`(?s)-d '(\{.*?\})'`)
)

func TestFilesInCommandsExist(t *testing.T) {
	for _, p := range pages(t) {
		for _, line := range p.commands() {
			line, _, _ = strings.Cut(line, " #")
			for _, m := range fileWord.FindAllStringSubmatch(line, -1) {
				name := strings.TrimSuffix(strings.TrimSuffix(m[1], "..."), "/")
				if _, err := os.Stat(filepath.Join(root, name)); err != nil {
					t.Errorf("%s: %s: there is no %s", p.name, strings.TrimSpace(line), name)
				}
			}
		}
	}
}

func TestChartValuesInTheDocsExist(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "charts", "quantumrerank", "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]any
	if err := yaml.Unmarshal(data, &values); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, p := range pages(t) {
		for _, m := range setFlag.FindAllStringSubmatch(p.text, -1) {
			found++
			if !hasValue(values, strings.Split(m[1], ".")) {
				t.Errorf("%s: the chart has no value %s", p.name, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d values only", found)
	}
}

// hasValue looks for a path. Below an empty mapping everything is allowed.
func hasValue(values map[string]any, path []string) bool {
	value, found := values[path[0]]
	inner, isMap := value.(map[string]any)
	if !found || len(path) == 1 || !isMap {
		return found
	}
	return len(inner) == 0 || hasValue(inner, path[1:])
}

func TestBodiesInTheDocsAreJSON(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for _, block := range append(p.blocks("sh"), p.blocks("")...) {
			for _, m := range body.FindAllStringSubmatch(block, -1) {
				found++
				if !json.Valid([]byte(m[1])) {
					t.Errorf("%s: this is no JSON: %s", p.name, m[1])
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("found %d bodies only", found)
	}
}

func TestRerankersInTheDocsAreOnes(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for _, block := range p.blocks("yaml") {
			for _, document := range strings.Split(block, "\n---\n") {
				if !strings.Contains(document, "kind: Reranker") {
					continue
				}
				found++
				var rr v1alpha1.Reranker
				if err := yaml.UnmarshalStrict([]byte(document), &rr); err != nil {
					t.Errorf("%s: %v in:\n%s", p.name, err, document)
				}
			}
		}
	}
	if found < 2 {
		t.Errorf("found %d Rerankers only", found)
	}
}
