// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"errors"
	"fmt"
	"math"
)

// Bounds of a file.
const (
	// MaxDocuments is the largest number of candidates of a query.
	MaxDocuments = 10_000
	// MaxLine is the largest number of bytes in a line.
	MaxLine = 64 << 20
)

// Sample is a query with its candidates.
type Sample struct {
	Query     string
	Documents []string
	// Judged says which documents are relevant.
	Judged []bool
	// Relevant is the number of relevant documents, candidates or not.
	Relevant int
	// Priors are the first stage's scores; nil where there are none.
	Priors []float64
}

// check holds what every form must.
func (s *Sample) check() error {
	if s.Query == "" {
		return errors.New("query is empty")
	}
	if n := len(s.Documents); n > MaxDocuments {
		return fmt.Errorf("%d documents, want at most %d", n, MaxDocuments)
	}
	if len(s.Judged) != len(s.Documents) {
		return fmt.Errorf("%d labels for %d documents", len(s.Judged), len(s.Documents))
	}
	if s.Priors != nil && len(s.Priors) != len(s.Documents) {
		return fmt.Errorf("%d priors for %d documents", len(s.Priors), len(s.Documents))
	}
	for i, p := range s.Priors {
		if !(p >= 0) || math.IsInf(p, 1) {
			return fmt.Errorf("prior %d is %v, want a finite number of at least 0", i, p)
		}
	}
	found := 0
	for _, judged := range s.Judged {
		if judged {
			found++
		}
	}
	if s.Relevant == 0 {
		s.Relevant = found
	}
	if s.Relevant < found {
		return fmt.Errorf("relevant is %d, but %d of the documents are", s.Relevant, found)
	}
	return nil
}
