// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// cases reads the Rerankers of testdata.
func cases(t *testing.T) map[string]Input {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Input{}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden.yaml") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rr v1alpha1.Reranker
		if err := yaml.UnmarshalStrict(data, &rr); err != nil {
			t.Fatalf("read %s: %v", file, err)
		}
		in := NewInput(&rr, "quantumrerank/reranker:v1")
		in.OperatorNamespace = "quantumrerank-system"
		in.Monitoring = Monitoring{PodMonitor: true, PrometheusRule: true}
		out[strings.TrimSuffix(filepath.Base(file), ".yaml")] = in
	}
	if len(out) < 5 {
		t.Fatalf("found %d Rerankers in testdata, want at least 5", len(out))
	}
	return out
}

func TestChildrenAreAsInTheGoldenFiles(t *testing.T) {
	for name, in := range cases(t) {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			for _, c := range Children(in) {
				if c.Desired == nil {
					continue
				}
				data, err := yaml.Marshal(c.Desired.Object)
				if err != nil {
					t.Fatal(err)
				}
				got.WriteString("---\n")
				got.Write(data)
			}
			file := filepath.Join("testdata", name+".golden.yaml")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; run the test with -update", err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("children (-want +got); a changed pod template rolls every pod on upgrade:\n%s", diff)
			}
		})
	}
}

func TestTheDeploymentNeverNamesReplicas(t *testing.T) {
	for name, in := range cases(t) {
		if got := Deployment(in).Spec.Replicas; got != nil {
			t.Errorf("%s: replicas = %d, want none: a manager that names them once must for ever", name, *got)
		}
	}
}

func TestEveryChildIsOwnedAndLabelled(t *testing.T) {
	for name, in := range cases(t) {
		for _, c := range Children(in) {
			if c.Desired == nil {
				continue
			}
			owners := c.Desired.GetOwnerReferences()
			if len(owners) != 1 || owners[0].Controller == nil || !*owners[0].Controller || owners[0].UID != in.Reranker.UID {
				t.Errorf("%s: %s: owners = %v", name, c, owners)
			}
			if labels := c.Desired.GetLabels(); labels[LabelManagedBy] != ManagedBy || labels[v1alpha1.LabelReranker] != in.Reranker.Name {
				t.Errorf("%s: %s: labels = %v", name, c, labels)
			}
			if len(c.Name) > 63 {
				t.Errorf("%s: %s: the name has %d characters", name, c, len(c.Name))
			}
		}
	}
}

func TestLongestNameFits(t *testing.T) {
	rr := &v1alpha1.Reranker{}
	rr.Name = strings.Repeat("a", 40)
	for _, c := range Children(NewInput(rr, "i")) {
		if len(c.Name) > 63 {
			t.Errorf("%s: the name has %d characters, want at most 63", c, len(c.Name))
		}
	}
}
