// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Crd-docs writes the reference of the Reranker resource from its schema, the
// same text that `kubectl explain` shows.
//
//	go run ./hack/crd-docs < config/crd/bases/quantumrerank.io_rerankers.yaml > docs/crd-reference.md
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := write(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "crd-docs:", err)
		os.Exit(1)
	}
}

const introduction = `# Fields of a Reranker

Made from the schema of %[1]s/%[2]s (` + "`make chart-sync`" + `); ` + "`kubectl explain rr.spec`" + ` shows the same.
What the operator does with them: [reranker.md](reranker.md). No field has a default in the
schema: those in force stand in ` + "`status.effective`" + `. A ` + "`[]`" + ` in a path stands for each entry of a list,
and fields that are Kubernetes' own (such as affinity) are not repeated below their name.
`

func write(in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		return err
	}
	for _, v := range crd.Spec.Versions {
		fmt.Fprintf(out, introduction, crd.Spec.Group, v.Name)
		for _, part := range []string{"spec", "status"} {
			fmt.Fprintf(out, "\n## %s\n\n| field | type | meaning |\n|---|---|---|\n", part)
			rows(out, part, v.Schema.OpenAPIV3Schema.Properties[part], 0)
		}
	}
	return nil
}

// foreign are fields whose insides are Kubernetes' own, documented there.
var foreign = []string{"affinity", "topologySpreadConstraints", "tolerations", "metrics", "behavior", "env", "volumes", "extraContainers", "conditions", "securityContext", "podSecurityContext", "metricsFrom", "ingressFrom"}

const deepest = 6

func rows(out io.Writer, prefix string, s apiextensionsv1.JSONSchemaProps, depth int) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		field := s.Properties[name]
		path := prefix + "." + name
		need := ""
		if slices.Contains(s.Required, name) {
			need = " **Required.**"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s%s |\n", path, kind(field), text(field.Description), need)
		if slices.Contains(foreign, name) || depth > deepest {
			continue
		}
		if field.Items != nil && field.Items.Schema != nil {
			rows(out, path+"[]", *field.Items.Schema, depth+1)
			continue
		}
		rows(out, path, field, depth+1)
	}
}

// kind is the type with its bounds.
func kind(s apiextensionsv1.JSONSchemaProps) string {
	t := s.Type
	switch {
	case s.XIntOrString:
		t = "integer or string"
	case s.Items != nil && s.Items.Schema != nil:
		t = "list of " + s.Items.Schema.Type
	case s.AdditionalProperties != nil:
		t = "map"
	}
	if s.Format != "" {
		t += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			values[i] = strings.Trim(string(e.Raw), `"`)
		}
		t = strings.Join(values, ", ")
	}
	if s.Minimum != nil {
		t += fmt.Sprintf(", at least %v", *s.Minimum)
	}
	if s.Maximum != nil {
		t += fmt.Sprintf(", at most %.0f", *s.Maximum)
	}
	return t
}

func text(description string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(description), " "), "|", `\|`)
}
