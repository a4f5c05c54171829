// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package calibrate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// FileName is the name of a calibration beside its model.
const FileName = "calibration.json"

// maxFile is far above what a calibration takes.
const maxFile = 1 << 20

// File is a calibration as it lies beside a model.
type File struct {
	// Version is 1.
	Version int `json:"version"`
	// Model is the digest of the weights that it was measured for.
	Model string `json:"model"`
	// States has the spreads for each state that was measured.
	States map[method.State]method.Calibration `json:"states"`
	// Data says what it was measured on.
	Data []Data `json:"data"`
	// Checksum is that of the file without it, so that a hand that slips is
	// noticed.
	Checksum string `json:"checksum,omitempty"`
}

// Data is one labelled collection.
type Data struct {
	SHA256  string `json:"sha256"`
	Queries int    `json:"queries"`
	Pairs   int    `json:"pairs"`
}

// checksum returns the digest of f without its checksum.
func (f File) checksum() (string, error) {
	f.Checksum = ""
	data, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Encode returns the file's text with its checksum.
func (f File) Encode() ([]byte, error) {
	sum, err := f.checksum()
	if err != nil {
		return nil, err
	}
	f.Checksum = sum
	data, err := json.MarshalIndent(f, "", "  ")
	return append(data, '\n'), err
}

// Decode reads a calibration and checks it.
func Decode(data []byte) (File, error) {
	var f File
	if len(data) > maxFile {
		return f, fmt.Errorf("calibration has %d bytes, want at most %d", len(data), maxFile)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return File{}, fmt.Errorf("calibration: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return File{}, errors.New("calibration: more than one value")
	}
	if f.Version != 1 {
		return File{}, fmt.Errorf("calibration: version is %d, want 1", f.Version)
	}
	sum, err := f.checksum()
	if err != nil {
		return File{}, err
	}
	if sum != f.Checksum {
		return File{}, fmt.Errorf("calibration: checksum is %q, but the content has %q; make it anew with `reranker calibrate`", f.Checksum, sum)
	}
	for state, c := range f.States {
		if err := c.Validate(); err != nil {
			return File{}, fmt.Errorf("calibration: state %s: %w", state, err)
		}
	}
	return f, nil
}

// Round brings a calibration to three decimals. More would only carry the
// last bits of one processor's arithmetic and the accidents of one collection.
func Round(c method.Calibration) method.Calibration {
	round := func(x float64) float64 { return max(math.Round(1000*x)/1000, 0.001) }
	return method.Calibration{Classical: round(c.Classical), Quantum: round(c.Quantum), Lexical: round(c.Lexical), Prior: round(c.Prior)}
}

// Mean returns the mean of calibrations that were measured on several
// collections, each of which counts the same whatever its size.
func Mean(all []method.Calibration) method.Calibration {
	var m method.Calibration
	n := float64(len(all))
	for _, c := range all {
		m.Classical += c.Classical / n
		m.Quantum += c.Quantum / n
		m.Lexical += c.Lexical / n
		m.Prior += c.Prior / n
	}
	return m
}
