// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     any       `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// provenance writes an in-toto statement with a SLSA v1 predicate: these files
// were built from that commit, by this recipe. It is unsigned; whoever releases
// signs it with a key of theirs.
func provenance(out io.Writer, commit string, files []string) error {
	if commit == "" || len(files) == 0 {
		return errors.New("provenance: want -commit ID and at least one file")
	}
	s := statement{Type: "https://in-toto.io/Statement/v1", PredicateType: "https://slsa.dev/provenance/v1"}
	for _, file := range files {
		digest, err := digestOf(file)
		if err != nil {
			return err
		}
		s.Subject = append(s.Subject, subject{filepath.Base(file), map[string]string{"sha256": digest}})
	}
	const source = "git+https://github.com/quantumrerank/quantumrerank"
	s.Predicate = map[string]any{
		"buildDefinition": map[string]any{
			"buildType":          source + "/blob/main/RELEASE.md",
			"externalParameters": map[string]any{"source": source, "commit": commit},
			"internalParameters": map[string]any{"go": runtime.Version()},
			"resolvedDependencies": []any{
				map[string]any{"uri": source, "digest": map[string]string{"gitCommit": commit}},
			},
		},
		"runDetails": map[string]any{"builder": map[string]string{"id": source + "/blob/main/hack/supply/release.sh"}},
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

func digestOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
