// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

const indexType = "application/vnd.oci.image.index.v1+json"

// manifestTypes are what registries and nodes take for one image.
var manifestTypes = []string{
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json",
}

type ociIndex struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType,omitempty"`
	Manifests     []descriptor `json:"manifests"`
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    *platform         `json:"platform,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// index joins OCI layouts of one image for several processors into one whose
// index names them by platform, so that one reference serves all nodes.
func index(out string, layouts []string) error {
	if out == "" || len(layouts) == 0 {
		return errors.New("index: want -o DIR and at least one layout")
	}
	joined := ociIndex{SchemaVersion: 2, MediaType: indexType}
	for _, layout := range layouts {
		var one ociIndex
		if err := readJSON(filepath.Join(layout, "index.json"), &one); err != nil {
			return err
		}
		for _, m := range one.Manifests {
			if !slices.Contains(manifestTypes, m.MediaType) {
				return fmt.Errorf("%s: a manifest of type %s, want one of %q", layout, m.MediaType, manifestTypes)
			}
			var err error
			if m.Platform, err = platformOf(layout, m.Digest); err != nil {
				return err
			}
			m.Annotations = nil // a name for each would be one name twice
			joined.Manifests = append(joined.Manifests, m)
		}
		if err := copyBlobs(filepath.Join(out, "blobs", "sha256"), filepath.Join(layout, "blobs", "sha256")); err != nil {
			return err
		}
	}
	data, err := json.Marshal(joined)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(out, "index.json"), data, 0o600),
		os.WriteFile(filepath.Join(out, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o600),
	)
}

// platformOf reads it from the image's own configuration.
func platformOf(layout, manifest string) (*platform, error) {
	var m struct{ Config descriptor }
	if err := readJSON(blob(layout, manifest), &m); err != nil {
		return nil, err
	}
	p := &platform{}
	if err := readJSON(blob(layout, m.Config.Digest), p); err != nil {
		return nil, err
	}
	if p.Architecture == "" || p.OS == "" {
		return nil, fmt.Errorf("%s: the image does not say what it runs on", layout)
	}
	return p, nil
}

func blob(layout, digest string) string {
	const algorithm = "sha256:"
	return filepath.Join(layout, "blobs", "sha256", filepath.Base(digest[min(len(algorithm), len(digest)):]))
}

func readJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// copyBlobs links what is not there yet: blobs are named by their content.
func copyBlobs(to, from string) error {
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		err := os.Link(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		if err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}
