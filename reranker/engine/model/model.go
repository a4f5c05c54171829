// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model/safetensors"
	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

// Names of the files that every model has.
const (
	ConfigFile    = "config.json"
	TokenizerFile = "tokenizer.json"
	WeightsFile   = "model.safetensors"
)

// Model is an open model directory. Its methods are safe for concurrent use,
// but Close.
type Model struct {
	Config    Config
	Tokenizer *tokenizer.Tokenizer

	name    string
	path    string            // of the weights
	weights *safetensors.File // nil where there are only prepared ones
	digest  func() (string, error)
}

// Prepared is what a file of prepared weights knows of its model.
type Prepared struct {
	Tokenizer *tokenizer.Tokenizer
	Digest    string // of the weights that it was made from, "sha256:..."
}

// Open reads the configuration and the tokenizer of the model in dir, maps its
// weights and checks that they fit together.
func Open(dir string) (*Model, error) {
	m, err := open(dir)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	return m, nil
}

// OpenPrepared opens the model in dir with the tokenizer of prepared weights. The
// original weights may be absent; if they are there, they must have the digest
// of those that were prepared.
func OpenPrepared(dir string, p Prepared) (*Model, error) {
	m, err := openWith(dir, func() (*tokenizer.Tokenizer, error) { return p.Tokenizer, nil })
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	m.digest = func() (string, error) { return p.Digest, nil }
	err = m.openWeights()
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		m.digest = sync.OnceValues(m.sum)
		err = m.Verify(p.Digest)
	}
	if err != nil {
		return nil, fmt.Errorf("open model: %w", errors.Join(err, m.Close()))
	}
	return m, nil
}

func open(dir string) (*Model, error) {
	m, err := openWith(dir, func() (*tokenizer.Tokenizer, error) {
		return tokenizer.Load(filepath.Join(dir, TokenizerFile))
	})
	if err != nil {
		return nil, err
	}
	m.digest = sync.OnceValues(m.sum)
	return m, m.openWeights()
}

// openWith opens everything but the weights.
func openWith(dir string, load func() (*tokenizer.Tokenizer, error)) (*Model, error) {
	configPath := filepath.Join(dir, ConfigFile)
	data, err := readJSON(dir, ConfigFile)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return nil, fmt.Errorf("%s: no such file; a model directory holds %s, %s and %s", configPath, ConfigFile, TokenizerFile, WeightsFile)
	}
	config, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configPath, err)
	}
	t, err := load()
	if err != nil {
		return nil, err
	}
	if t.VocabSize() > config.VocabSize {
		return nil, fmt.Errorf("%s has ids up to %d, but vocab_size in %s is %d", filepath.Join(dir, TokenizerFile), t.VocabSize()-1, configPath, config.VocabSize)
	}
	if err := config.readSentenceFiles(dir, t); err != nil {
		return nil, err
	}
	return &Model{Config: config, Tokenizer: t, name: nameOf(dir), path: filepath.Join(dir, WeightsFile)}, nil
}

// openWeights maps the weights and checks that they fit the configuration.
func (m *Model) openWeights() error {
	weights, err := safetensors.Open(m.path)
	if err != nil {
		return err
	}
	m.weights = weights
	if err := m.checkTensors(); err != nil {
		m.weights = nil
		return errors.Join(err, weights.Close())
	}
	return nil
}

func nameOf(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}

// Name is the name of the model's directory.
func (m *Model) Name() string { return m.name }

// HasWeights reports whether the directory has the original weights; prepared
// ones can do without.
func (m *Model) HasWeights() bool { return m.weights != nil }

// Close releases the weights; nothing that Tensor returned may be used after.
func (m *Model) Close() error {
	if m.weights == nil {
		return nil
	}
	return m.weights.Close()
}

const digestPrefix = "sha256:"

func (m *Model) sum() (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, m.weights.Reader()); err != nil {
		return "", fmt.Errorf("digest of %s: %w", m.path, err)
	}
	return digestPrefix + hex.EncodeToString(h.Sum(nil)), nil
}

// Digest is "sha256:" and the SHA-256 of the weights file in hexadecimal. It
// reads the file once, when first asked. It is empty if the file cannot be
// read any more; Verify says why.
func (m *Model) Digest() string {
	d, err := m.digest()
	if err != nil {
		return ""
	}
	return d
}

// DigestError says that weights are not those that were asked for.
type DigestError struct {
	Path      string
	Want, Got string // "sha256:..."
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("%s has digest %s, want %s", e.Path, e.Got, e.Want)
}

// ParseDigest returns an expected digest, with or without "sha256:" before it and
// in either case, in the form of all digests here.
func ParseDigest(expected string) (string, error) {
	want := strings.ToLower(strings.TrimPrefix(expected, digestPrefix))
	if b, err := hex.DecodeString(want); err != nil || len(b) != sha256.Size {
		return "", fmt.Errorf("expected digest %q is not a SHA-256 in hexadecimal", expected)
	}
	return digestPrefix + want, nil
}

// Verify compares the digest of the weights with the expected one, which is as
// ParseDigest takes it. A mismatch is a *DigestError.
func (m *Model) Verify(expected string) error {
	want, err := ParseDigest(expected)
	if err != nil {
		return err
	}
	got, err := m.digest()
	if err != nil {
		return err
	}
	if got != want {
		return &DigestError{Path: m.path, Want: want, Got: got}
	}
	return nil
}
