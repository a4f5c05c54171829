// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
)

const crdName = "rerankers.quantumrerank.io"

// Helm's own folder for CRDs is never upgraded. Ours must be.
func TestChartUpgradesTheCRD(t *testing.T) {
	newer := t.TempDir()
	if err := os.CopyFS(newer, os.DirFS(filepath.Join(root, "charts", "quantumrerank"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(newer, "files", "crds", "quantumrerank.io_rerankers.yaml")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(content, []byte("    shortNames:\n    - rr\n"), []byte("    shortNames:\n    - rr\n    - rrs\n"), 1)
	if bytes.Equal(changed, content) {
		t.Fatal("the CRD has no short name to add to")
	}
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := operator.upgrade(); err != nil {
			t.Errorf("back to the first release: %v", err)
		}
	})
	if err := operator.upgradeFrom(newer); err != nil {
		t.Fatal(err)
	}
	eventually(t, withinRepair, "the CRD with another short name", func(ctx context.Context) error {
		names, err := shortNames(ctx)
		if err == nil && !slices.Contains(names, "rrs") {
			err = errors.New("not there yet")
		}
		return err
	})
}

func shortNames(ctx context.Context) ([]string, error) {
	crd := &unstructured.Unstructured{}
	crd.SetAPIVersion("apiextensions.k8s.io/v1")
	crd.SetKind("CustomResourceDefinition")
	if err := k8s.Get(ctx, client.ObjectKey{Name: crdName}, crd); err != nil {
		return nil, err
	}
	names, _, err := unstructured.NestedStringSlice(crd.Object, "spec", "names", "shortNames")
	return names, err
}

// Without the operator the pods serve on, and one that comes back finds all of
// it again.
func TestUninstalledOperatorLeavesRerankersServing(t *testing.T) {
	if !operator.owned {
		t.Skip("the release was there before these tests; it is not theirs to uninstall")
	}
	rr := create(t, small(newNamespace(t), "orphan"))
	untilReady(t, rr, withinReady)
	untilRolled(t, rr, 1)
	before := podUIDs(t, rr)
	t.Cleanup(func() {
		if err := operator.upgrade(); err != nil {
			t.Errorf("install again: %v", err)
		}
	})
	leader := untilLeader(t, "")
	if err := operator.uninstall(); err != nil {
		t.Fatal(err)
	}
	if err := k8s.Get(t.Context(), client.ObjectKeyFromObject(rr), rr); err != nil {
		t.Fatalf("the Reranker went with the release: %v", err)
	}
	if _, err := service(t, rr).rerank(t.Context(), rerank.Request{Query: "q", Documents: []string{"a"}}); err != nil {
		t.Error(err)
	}
	if err := operator.upgrade(); err != nil {
		t.Fatalf("install again: %v", err)
	}
	// The first one had no time to give its lease back: its role went first.
	begin := time.Now()
	untilLeader(t, leader)
	t.Logf("the new operator leads %s after its pod was ready", time.Since(begin).Round(100*time.Millisecond))
	checkDeletedChild(t, rr)
	if after := podUIDs(t, rr); !slices.Equal(before, after) {
		t.Errorf("pods %v became %v", before, after)
	}
}
