// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// crdFiles reads the generated CRDs and returns the chart's copies by name.
func crdFiles(dir string) (map[string][]byte, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var object struct {
			Kind string `json:"kind"`
		}
		if err := yaml.Unmarshal(content, &object); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if object.Kind != "CustomResourceDefinition" {
			continue
		}
		name := filepath.Base(path)
		content = bytes.TrimPrefix(content, []byte("---\n"))
		files[name] = append(fmt.Appendf(nil, header, "config/crd/bases/"+name), content...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no CustomResourceDefinition in %s: run `make manifests` first", dir)
	}
	return files, nil
}
