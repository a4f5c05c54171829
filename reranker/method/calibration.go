// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Default weights of the hybrid mixture, chosen by measurement: docs/quality.md
// has the table. They are round because the optimum is flat.
const (
	DefaultQuantumWeight = contract.DefaultQuantumWeightPercent / 100.0
	DefaultLexicalWeight = contract.DefaultLexicalWeightPercent / 100.0
	DefaultPriorWeight   = contract.DefaultPriorWeightPercent / 100.0
)

// Calibration holds the spread of each part of the hybrid: its standard
// deviation among the candidates of one query, averaged over many queries.
// Dividing by it makes a weight mean the same for every part. It belongs to a
// model and is fixed: a spread taken from the request at hand would make a
// document's score depend on its neighbours.
//
// Offsets are left out on purpose. A constant added to a part changes no
// order, and without one the mixture of numbers in [0,1] stays in [0,1].
type Calibration struct {
	Classical float64 `json:"classical"` // of (1 + cos)/2
	Quantum   float64 `json:"quantum"`
	Lexical   float64 `json:"lexical"`
	Prior     float64 `json:"prior"` // of the caller's score over the largest of the request
}

// Validate refuses spreads that cannot be divided by.
func (c Calibration) Validate() error {
	for _, part := range []struct {
		name   string
		spread float64
	}{{"classical", c.Classical}, {"quantum", c.Quantum}, {"lexical", c.Lexical}, {"prior", c.Prior}} {
		if err := within("calibration."+part.name, part.spread, minSpread, 1); err != nil {
			return err
		}
	}
	return nil
}

// minSpread keeps a constant part from being blown up to noise.
const minSpread = 1e-3

// generic is used for models that were not measured. Sentence encoders of the
// BERT family differ by less than a factor of two from it.
var generic = map[State]Calibration{
	Mixed:    {Classical: 0.057, Quantum: 0.067, Lexical: 0.069, Prior: 0.116},
	Pure:     {Classical: 0.057, Quantum: 0.078, Lexical: 0.069, Prior: 0.116},
	Overlap:  {Classical: 0.057, Quantum: 0.069, Lexical: 0.069, Prior: 0.116},
	Fidelity: {Classical: 0.057, Quantum: 0.039, Lexical: 0.069, Prior: 0.116},
}

// calibrations are those of measured models, by the digest of their weights:
// the mean over the collections of docs/quality.md.
var calibrations = map[string]map[State]Calibration{
	// all-MiniLM-L6-v2
	"sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db": generic,
}

// CalibrationFor returns the calibration of a model and a state, and whether
// it was measured for this model.
func CalibrationFor(digest string, s State) (c Calibration, measured bool) {
	if c, ok := calibrations[digest][s]; ok {
		return c, true
	}
	return generic[s], false
}

// String returns the calibration as a line of the table above.
func (c Calibration) String() string {
	return fmt.Sprintf("{Classical: %.3g, Quantum: %.3g, Lexical: %.3g, Prior: %.3g}", c.Classical, c.Quantum, c.Lexical, c.Prior)
}
