// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

var matrixTargets = regexp.MustCompile(`target: \[([^\]]*)\]`)

// The workflows for forks run make targets that exist and may do little else.
func TestWorkflowsRunWhatExists(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	known := targets(t)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var workflow struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				Steps []struct{ Run string }
			}
		}
		if err := yaml.Unmarshal(data, &workflow); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(workflow.Permissions) != 1 || workflow.Permissions["contents"] != "read" {
			t.Errorf("%s: by default a job may %v, want to read contents only", file, workflow.Permissions)
		}
		var used []string
		for name, job := range workflow.Jobs {
			if len(job.Steps) == 0 {
				t.Errorf("%s: job %s has no steps", file, name)
			}
			for _, step := range job.Steps {
				if _, rest, found := strings.Cut(step.Run, "make "); found {
					used = append(used, strings.Fields(rest)[0])
				}
			}
		}
		for _, m := range matrixTargets.FindAllStringSubmatch(string(data), -1) {
			used = append(used, strings.Split(strings.ReplaceAll(m[1], " ", ""), ",")...)
		}
		for _, target := range used {
			if target != "${{" && !known[target] {
				t.Errorf("%s: there is no `make %s`", file, target)
			}
		}
	}
}
