// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Chart-sync writes the parts of the Helm chart that are made from other
// files, so that nothing is edited twice: the CRDs and the operator's RBAC
// rules from config/, and the table of values in the chart's README from the
// comments of values.yaml.
//
//	go run ./hack/chart-sync            # from the repository root
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// header stands on top of each generated file of the chart.
const header = `# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
# Made from %s by ` + "`make chart-sync`" + `; edit that instead.
`

func main() {
	config := flag.String("config", "config", "`directory` of the generated CRDs and RBAC")
	chart := flag.String("chart", "charts/quantumrerank", "`directory` of the chart")
	flag.Parse()
	if err := sync(*config, *chart); err != nil {
		fmt.Fprintln(os.Stderr, "chart-sync:", err)
		os.Exit(1)
	}
}

func sync(config, chart string) error {
	files, err := crdFiles(filepath.Join(config, "crd", "bases"))
	if err != nil {
		return err
	}
	if err := replaceFiles(filepath.Join(chart, "files", "crds"), files); err != nil {
		return err
	}
	rules, err := operatorRules(filepath.Join(config, "rbac"))
	if err != nil {
		return err
	}
	if err := writeIfChanged(filepath.Join(chart, "files", "rbac", "operator.yaml"), rules); err != nil {
		return err
	}
	return syncReadme(chart)
}

// syncReadme puts the table of values between the markers of the README.
func syncReadme(chart string) error {
	values, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return err
	}
	table, err := valuesTable(values)
	if err != nil {
		return fmt.Errorf("values.yaml: %w", err)
	}
	path := filepath.Join(chart, "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	updated, err := replaceBetween(readme, table)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return writeIfChanged(path, updated)
}

// replaceFiles makes dir hold exactly the given files: one that config no
// longer has must not linger in the chart.
func replaceFiles(dir string, files map[string][]byte) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, wanted := files[filepath.Base(path)]; !wanted {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, content := range files {
		if err := writeIfChanged(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	return nil
}

func writeIfChanged(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
