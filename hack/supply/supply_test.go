// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLicencesAreKnownByTheirText(t *testing.T) {
	apache, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		string(apache): "Apache-2.0",
		"Permission is hereby granted, free of\n  charge, to any person obtaining a copy of this":                   "MIT",
		"Redistributions of source code must retain the above. Redistributions in binary form. Neither the name of": "BSD-3-Clause",
		"Redistributions of source code must retain the above. Redistributions in binary form must":                 "BSD-2-Clause",
		"GNU GENERAL PUBLIC LICENSE Version 3": "",
		"":                                     "",
	} {
		if got := classify(text); got != want {
			t.Errorf("%.40q is %q, want %q", text, got, want)
		}
	}
	if _, err := licence(t.TempDir()); err == nil {
		t.Error("a module without a licence may be linked")
	}
}

func layout(t *testing.T, arch string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, v any) {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("blobs/sha256/c"+arch, map[string]string{"architecture": arch, "os": "linux"})
	write("blobs/sha256/m"+arch, map[string]any{"config": descriptor{Digest: "sha256:c" + arch}})
	write("blobs/sha256/shared", "layer")
	write("index.json", ociIndex{SchemaVersion: 2, Manifests: []descriptor{{MediaType: manifestTypes[0], Digest: "sha256:m" + arch, Size: 1}}})
	return dir
}

func TestOneIndexNamesAllProcessors(t *testing.T) {
	out := t.TempDir()
	if err := index(out, []string{layout(t, "amd64"), layout(t, "arm64")}); err != nil {
		t.Fatal(err)
	}
	var got ociIndex
	if err := readJSON(filepath.Join(out, "index.json"), &got); err != nil {
		t.Fatal(err)
	}
	want := ociIndex{SchemaVersion: 2, MediaType: indexType, Manifests: []descriptor{
		{MediaType: manifestTypes[0], Digest: "sha256:mamd64", Size: 1, Platform: &platform{"amd64", "linux"}},
		{MediaType: manifestTypes[0], Digest: "sha256:marm64", Size: 1, Platform: &platform{"arm64", "linux"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	blobs, err := os.ReadDir(filepath.Join(out, "blobs", "sha256"))
	if err != nil || len(blobs) != 5 {
		t.Errorf("%d blobs, %v", len(blobs), err)
	}
}

func TestProvenanceNamesFilesByDigest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.tar")
	if err := os.WriteFile(file, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := provenance(&out, "f00", []string{file}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"x.tar"`, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", `"gitCommit": "f00"`, "https://slsa.dev/provenance/v1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, &out)
		}
	}
	if provenance(&out, "", []string{file}) == nil || provenance(&out, "f00", nil) == nil {
		t.Error("a statement about nothing")
	}
}
