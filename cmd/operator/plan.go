// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

// plan prints what the operator would make of a Reranker, without a cluster.
func plan(args []string, stdin io.Reader, stdout io.Writer) error {
	f := flag.NewFlagSet("operator plan", flag.ContinueOnError)
	file := f.String("f", "-", "file with one Reranker; - reads standard input")
	image := f.String("reranker-image", os.Getenv(envImage), "the pods' image where the Reranker names none (env "+envImage+")")
	if err := f.Parse(args); err != nil {
		return errors.Join(errUsage, err)
	}
	data, err := readInput(*file, stdin)
	if err != nil {
		return err
	}
	var rr v1alpha1.Reranker
	if err := yaml.UnmarshalStrict(data, &rr); err != nil {
		return fmt.Errorf("read %s: %w", *file, err)
	}
	if rr.Kind != v1alpha1.Kind || rr.APIVersion != v1alpha1.GroupVersion.String() {
		return fmt.Errorf("read %s: it holds a %s %s, not a %s %s", *file, rr.APIVersion, rr.Kind, v1alpha1.GroupVersion, v1alpha1.Kind)
	}
	return controllers.Plan(&rr, *image, stdout)
}

func readInput(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}
