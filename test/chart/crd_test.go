// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const keepAnnotation = "helm.sh/resource-policy"

// A drift between config/ and the chart means that `make chart-sync` was
// forgotten.
func TestCRDsAreThoseOfConfig(t *testing.T) {
	bases, err := filepath.Glob(root + "/config/crd/bases/*.yaml")
	if err != nil || len(bases) == 0 {
		t.Fatalf("no CRD in config/crd/bases (%v)", err)
	}
	rendered := map[string]*unstructured.Unstructured{}
	for _, crd := range ofKind(objects(t, render(t)), "CustomResourceDefinition") {
		rendered[crd.GetName()] = crd
	}
	if len(rendered) != len(bases) {
		t.Errorf("the chart renders %d CRDs, config has %d", len(rendered), len(bases))
	}
	for _, path := range bases {
		base := &unstructured.Unstructured{}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(content, &base.Object); err != nil {
			t.Fatal(err)
		}
		got, found := rendered[base.GetName()]
		if !found {
			t.Errorf("%s is not in the chart; run `make chart-sync`", base.GetName())
			continue
		}
		want := roundTrip(t, base.Object["spec"])
		if diff := cmp.Diff(want, roundTrip(t, got.Object["spec"])); diff != "" {
			t.Errorf("%s; run `make chart-sync` (-config +chart):\n%s", base.GetName(), diff)
		}
		if got.GetAnnotations()[keepAnnotation] != "keep" {
			t.Errorf("%s would be deleted with the release, and every Reranker with it", base.GetName())
		}
		for key, value := range base.GetAnnotations() {
			if got.GetAnnotations()[key] != value {
				t.Errorf("%s lost annotation %s", base.GetName(), key)
			}
		}
	}
}

func TestCRDSwitches(t *testing.T) {
	if crds := ofKind(objects(t, render(t, "--set", "crds.enabled=false")), "CustomResourceDefinition"); len(crds) != 0 {
		t.Errorf("crds.enabled=false still renders %d CRDs", len(crds))
	}
	crds := ofKind(objects(t, render(t, "--set", "crds.keep=false")), "CustomResourceDefinition")
	if len(crds) == 0 {
		t.Fatal("crds.keep=false renders no CRD")
	}
	for _, crd := range crds {
		if _, kept := crd.GetAnnotations()[keepAnnotation]; kept {
			t.Errorf("crds.keep=false still keeps %s", crd.GetName())
		}
	}
}

// roundTrip levels the number types of two YAML readers.
func roundTrip(t *testing.T, value any) any {
	t.Helper()
	text, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := yaml.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
