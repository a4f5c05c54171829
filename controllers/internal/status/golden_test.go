// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The golden Rerankers are what GitOps tools are tested with (test/gitops), so
// that a changed condition cannot mislead them unseen.
func TestRerankersAreAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	two := v1alpha1.RerankerSpec{Replicas: new(int32(2))}
	notFound := crashed("search-1", `{"reason":"ModelNotFound","message":"no file config.json"}`)
	for name, tc := range map[string]struct {
		spec  v1alpha1.RerankerSpec
		in    Input
		stale bool
		pause bool
	}{
		"starting":        {spec: two},
		"ready":           {spec: two, in: Input{Deployment: deployment(2, 2, 2)}},
		"rolling-out":     {spec: two, in: Input{Deployment: deployment(2, 1, 2)}},
		"rollout-fails":   {spec: two, in: Input{Deployment: deployment(2, 1, 2), Pods: []corev1.Pod{notFound}}},
		"crashing":        {spec: two, in: Input{Deployment: deployment(2, 2, 0), Pods: []corev1.Pod{crashed("search-1", "boom")}}},
		"killed-once":     {spec: two, in: Input{Deployment: deployment(2, 2, 2), Pods: []corev1.Pod{oomThenReady(1e9)}}},
		"name-taken":      {spec: two, in: Input{Failure: &Failure{Reason: "NameConflict", Message: "Service exists", Terminal: true}}},
		"targets-missed":  {spec: two, in: Input{Deployment: deployment(2, 2, 2), Targets: &Targets{Status: "False", Reason: "RerankTooSlow", Message: "m"}}},
		"suspended":       {spec: v1alpha1.RerankerSpec{Suspend: new(true)}, in: Input{Deployment: deployment(0, 0, 0)}},
		"changed":         {spec: two, in: Input{Deployment: deployment(2, 2, 2)}, stale: true},
		"paused":          {spec: two, in: Input{Deployment: deployment(2, 2, 2)}, pause: true},
		"awaits-deletion": {spec: two, in: Input{Failure: &Failure{Reason: "WaitingForDeletion", Message: "Service is still being deleted"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := complete(tc.in, tc.spec)
			rr := in.Reranker.DeepCopy()
			rr.APIVersion, rr.Kind, rr.Namespace = v1alpha1.GroupVersion.String(), v1alpha1.Kind, "rag"
			rr.Status = Compute(in).Status
			rr.Status.Effective = nil
			if tc.pause {
				rr.Status = ComputePaused(Input{Reranker: rr, Now: now}).Status
			}
			if tc.stale {
				rr.Generation++
			}
			got, err := yaml.Marshal(rr)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", name+".golden.yaml"), got)
		})
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
