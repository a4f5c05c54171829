// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// Plan prints the children that the operator would make of a Reranker, with
// the same builders. Rules of the schema are the API server's to check.
func Plan(rr *v1alpha1.Reranker, image string, out io.Writer) error {
	rr = rr.DeepCopy()
	if rr.Namespace == "" {
		rr.Namespace = "default"
	}
	in := build.NewInput(rr, image)
	in.Monitoring = build.Monitoring{PodMonitor: true, PrometheusRule: true}
	for _, child := range build.Children(in) {
		if child.Desired == nil {
			continue
		}
		// There is no Reranker yet that could own them.
		child.Desired.SetOwnerReferences(nil)
		data, err := yaml.Marshal(child.Desired.Object)
		if err != nil {
			return fmt.Errorf("print %s: %w", child, err)
		}
		if _, err := fmt.Fprintf(out, "---\n%s", data); err != nil {
			return err
		}
	}
	return nil
}
