// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

const (
	root  = "../.."
	chart = root + "/charts/quantumrerank"
)

// helm runs the real helm and returns what it printed. It never skips: a
// chart that no test has rendered is not a tested chart.
func helm(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	binary := os.Getenv("HELM")
	if binary == "" {
		binary = filepath.Join(root, "bin", "helm")
	}
	if _, lookErr := exec.LookPath(binary); lookErr != nil {
		t.Fatalf("no helm: %v; run `make bin/helm` first, or set HELM", lookErr)
	}
	var out, problems bytes.Buffer
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Stdout, command.Stderr = &out, &problems
	// Neither a cluster nor the plugins of whoever runs this may play a part.
	command.Env = append(os.Environ(), "KUBECONFIG="+os.DevNull, "HELM_NO_PLUGINS=1")
	err = command.Run()
	return out.String(), problems.String(), err
}

// render returns what the chart renders with the given arguments of helm.
func render(t *testing.T, args ...string) string {
	t.Helper()
	return renderFrom(t, chart, args...)
}

// renderFrom does the same with the chart of a directory.
func renderFrom(t *testing.T, dir string, args ...string) string {
	t.Helper()
	args = append([]string{"template", "quantumrerank", dir, "--namespace", "quantumrerank-system", "--kube-version", "1.37.0"}, args...)
	stdout, stderr, err := helm(t, args...)
	if err != nil {
		t.Fatalf("helm %q: %v\n%s", args, err, stderr)
	}
	return stdout
}

// objects parses rendered YAML.
func objects(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	var all []*unstructured.Unstructured
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewBufferString(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("rendered YAML: %v", err)
		}
		if len(object.Object) > 0 {
			all = append(all, object)
		}
	}
}

// ofKind picks the objects of one kind.
func ofKind(all []*unstructured.Unstructured, kind string) []*unstructured.Unstructured {
	var found []*unstructured.Unstructured
	for _, object := range all {
		if object.GetKind() == kind {
			found = append(found, object)
		}
	}
	return found
}
