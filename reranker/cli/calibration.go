// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
)

// readCalibration returns the calibration that lies beside a model for a state,
// or nil where there is none. One that was made for other weights is refused:
// it is there by mistake.
func readCalibration(dir, digest string, state method.State) (*method.Calibration, error) {
	name := filepath.Join(dir, calibrate.FileName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := calibrate.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if f.Model != digest {
		return nil, fmt.Errorf("%s was made for the model %s, not for %s", name, f.Model, digest)
	}
	if c, ok := f.States[state]; ok {
		return &c, nil
	}
	return nil, nil
}
