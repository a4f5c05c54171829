// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func TestSchemaRefusesWithASentence(t *testing.T) {
	tests := []struct {
		name string
		set  string
		want string // part of helm's message
	}{
		{"an unknown value", "replicaCount=2", "replicaCount"},
		{"an unknown nested value", "image.name=x", "name"},
		{"a wrong type", "replicas=many", "replicas"},
		{"more replicas than make sense", "replicas=11", "replicas"},
		{"a port out of range", "metrics.port=70000", "port"},
		{"a digest that is none", "image.digest=latest", "digest"},
		{"a tag with a digest in it", "image.tag=v1@sha256:0", "tag"},
		{"a repository with a digest in it", "image.repository=a@sha256:0", "repository"},
		{"a pull policy that does not exist", "image.pullPolicy=Sometimes", "pullPolicy"},
		{"a registry with a trailing slash", "imageRegistry=example/", "imageRegistry"},
		{"a namespace that cannot exist", "watchNamespaces={Bad_Name}", "watchNamespaces"},
		{"a namespace twice", "watchNamespaces={a,a}", "watchNamespaces"},
		{"a label that the chart owns", `commonLabels.app\.kubernetes\.io/name=x`, "app.kubernetes.io/name"},
		{"an interval that is none", "metrics.serviceMonitor.interval=often", "interval"},
		{"an argument that is no flag", "extraArgs={serve}", "extraArgs"},
		{"several operators that all act", "replicas=2,leaderElection.enabled=false", "replicas"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, stderr, err := helm(t, "template", "quantumrerank", chart, "--set", test.set)
			if err == nil {
				t.Fatalf("--set %s was accepted", test.set)
			}
			if !strings.Contains(stderr, test.want) || !strings.Contains(stderr, "schema") {
				t.Errorf("--set %s: the message does not name %q:\n%s", test.set, test.want, stderr)
			}
		})
	}
}

// A PodMonitor has no way to send Prometheus' own token.
func TestPodMonitorOfSecureMetricsIsRefused(t *testing.T) {
	_, stderr, err := helm(t, "template", "quantumrerank", chart, "--set", "metrics.podMonitor.enabled=true")
	if err == nil || !strings.Contains(stderr, "set metrics.secure to false") {
		t.Errorf("got %v, want it refused with what to set instead:\n%s", err, stderr)
	}
	render(t, "--set", "metrics.podMonitor.enabled=true,metrics.secure=false")
}

func TestEveryValueIsInTheSchemaAndBack(t *testing.T) {
	var values map[string]any
	if err := yaml.Unmarshal(read(t, "values.yaml"), &values); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(read(t, "values.schema.json"), &schema); err != nil {
		t.Fatal(err)
	}
	compare(t, "", values, schema)
}

// compare walks values and schema side by side. The schema is closed at every
// level at which values.yaml names keys.
func compare(t *testing.T, path string, values, schema map[string]any) {
	t.Helper()
	properties, isMap := schema["properties"].(map[string]any)
	if !isMap {
		return // free-form: Kubernetes checks it
	}
	if schema["additionalProperties"] != false {
		t.Errorf("%s: the schema accepts unknown values", path)
	}
	properties = maps.Clone(properties)
	if path == "" {
		delete(properties, "global") // Helm adds it by itself
	}
	have, want := slices.Sorted(maps.Keys(values)), slices.Sorted(maps.Keys(properties))
	if path == "resources" {
		want = slices.DeleteFunc(want, func(key string) bool { return key == "claims" }) // optional
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%q (-schema +values.yaml):\n%s", path, diff)
	}
	for key, value := range values {
		below, isBelow := value.(map[string]any)
		property, known := properties[key].(map[string]any)
		if isBelow && known {
			compare(t, strings.TrimPrefix(path+"."+key, "."), below, property)
		}
	}
}

func TestImageReferences(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	tests := []struct {
		name string
		set  string
		want string
	}{
		{"the appVersion is the default tag", "", "quantumrerank/operator:0.1.0"},
		{"a tag", "image.tag=v9", "quantumrerank/operator:v9"},
		{"a digest wins over the tag", "image.tag=v9,image.digest=" + digest, "quantumrerank/operator@" + digest},
		{"a registry is put before", "imageRegistry=example:5000/team", "example:5000/team/quantumrerank/operator:0.1.0"},
		{"a repository with a host of its own", "image.repository=localhost/a/b,image.tag=x", "localhost/a/b:x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := render(t, "--show-only", "templates/deployment.yaml", "--set", test.set)
			if want := `image: "` + test.want + `"`; !strings.Contains(got, want) {
				t.Errorf("no %s in:\n%s", want, got)
			}
		})
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(chart + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
