// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every --set of the documentation is accepted by the chart's closed schema, so
// that no page names a value that does not exist.
func TestValuesInTheDocumentationExist(t *testing.T) {
	set := regexp.MustCompile(`--set(?:-string)? ([^\s']+(?:'[^']*')?)`)
	pages := []string{"docs/install.md", "charts/quantumrerank/README.md"}
	found := 0
	for _, page := range pages {
		content, err := os.ReadFile(root + "/" + page)
		if err != nil {
			t.Fatal(err)
		}
		// Text wraps in the middle of an inline command.
		text := strings.ReplaceAll(string(content), "--set\n", "--set ")
		for _, match := range set.FindAllStringSubmatch(text, -1) {
			argument := strings.ReplaceAll(match[1], "sha256:...", "sha256:"+strings.Repeat("0", 64))
			argument = strings.Trim(strings.ReplaceAll(argument, "'", ""), "`.,")
			found++
			if _, stderr, err := helm(t, "template", "quantumrerank", chart, "--set", argument); err != nil {
				t.Errorf("%s: --set %s: %v\n%s", page, argument, err, stderr)
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d --set in %q: the pages or this test's pattern are wrong", found, pages)
	}
}
