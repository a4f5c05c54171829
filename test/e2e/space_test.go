// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// newNamespace makes a namespace that admits restricted pods only, and takes
// it away after the test. When the test fails, what is in it is printed first.
func newNamespace(t *testing.T) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "e2e-",
		Labels: map[string]string{
			"pod-security.kubernetes.io/enforce": "restricted",
			"pod-security.kubernetes.io/warn":    "restricted",
		},
	}}
	if err := k8s.Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if t.Failed() {
			t.Log(describe(ctx, namespace.Name))
		}
		if err := k8s.Delete(ctx, namespace); err != nil {
			t.Errorf("delete namespace: %v", err)
		}
	})
	return namespace.Name
}

// describe tells what a person would look up first: the Rerankers, the events,
// the pods with their logs, and the operator's log.
func describe(ctx context.Context, namespace string) string {
	var out strings.Builder
	var rerankers v1alpha1.RerankerList
	if err := k8s.List(ctx, &rerankers, client.InNamespace(namespace)); err != nil {
		fmt.Fprintln(&out, err)
	}
	for _, rr := range rerankers.Items {
		rr.ManagedFields = nil
		text, _ := yaml.Marshal(rr)
		fmt.Fprintf(&out, "--- Reranker %s\n%s", rr.Name, text)
	}
	var events corev1.EventList
	_ = k8s.List(ctx, &events, client.InNamespace(namespace))
	fmt.Fprintln(&out, "--- events")
	for _, e := range events.Items {
		fmt.Fprintf(&out, "%s %s/%s %s: %s\n", e.Type, e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Reason, e.Message)
	}
	writePods(ctx, &out, namespace)
	writePods(ctx, &out, systemNamespace)
	return out.String()
}

func writePods(ctx context.Context, out io.Writer, namespace string) {
	var pods corev1.PodList
	_ = k8s.List(ctx, &pods, client.InNamespace(namespace))
	lines := int64(40)
	for _, p := range pods.Items {
		fmt.Fprintf(out, "--- pod %s/%s %s\n", namespace, p.Name, p.Status.Phase)
		for _, c := range p.Status.ContainerStatuses {
			state, _ := yaml.Marshal(c)
			fmt.Fprintf(out, "%s", state)
		}
		stream, err := clientset.CoreV1().Pods(namespace).GetLogs(p.Name, &corev1.PodLogOptions{TailLines: &lines}).Stream(ctx)
		if err != nil {
			fmt.Fprintf(out, "no log: %v\n", err)
			continue
		}
		_, _ = io.Copy(out, stream)
		stream.Close()
	}
}
