// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/quantumrerank/quantumrerank/reranker/textlines"
)

type line struct {
	Query     string    `json:"query"`
	Documents []string  `json:"documents"`
	Labels    []float64 `json:"labels"`
	Priors    []float64 `json:"priors,omitempty"`
	Relevant  int       `json:"relevant,omitempty"`
}

// ReadJSONL reads JSON lines. Errors name the line.
func ReadJSONL(r io.Reader) ([]Sample, error) {
	var out []Sample
	err := lines(r, func(n int, text []byte) error {
		var l line
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			return err
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return errors.New("more than one value")
		}
		s := Sample{Query: l.Query, Documents: l.Documents, Relevant: l.Relevant, Priors: l.Priors}
		for _, grade := range l.Labels {
			s.Judged = append(s.Judged, grade > 0)
		}
		if err := s.check(); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// WriteJSONL writes what ReadJSONL reads.
func WriteJSONL(w io.Writer, all []Sample) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, s := range all {
		l := line{Query: s.Query, Documents: s.Documents, Labels: make([]float64, len(s.Judged)), Priors: s.Priors, Relevant: s.Relevant}
		for i, judged := range s.Judged {
			if judged {
				l.Labels[i] = 1
			}
		}
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// lines calls f with every line that is not blank, and names it in errors.
func lines(r io.Reader, f func(n int, text []byte) error) error {
	s := textlines.New(r, MaxLine)
	n := 0
	for s.Scan() {
		n++
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		if err := f(n, s.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}
