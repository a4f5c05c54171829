// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// Pure returns (a.b)^2 for unit vectors a and b: the fidelity of the two
// states whose amplitudes they are. Zeros that fill the vectors up to a power
// of two change nothing. It orders documents like |cosine|.
func Pure[T linalg.Real](a, b []T) float64 {
	c := linalg.Dot(a, b)
	return clamp01(c * c)
}

// Angle returns the fidelity of two product states of one qubit a coordinate,
// each rotated by the angle beta*x_k about the Y axis:
//
//	F = prod_k cos^2( beta (x_k - y_k) / 2 )
//
// For unit vectors F is close to exp(-beta^2 (1 - cos) / 2), so beta is a
// bandwidth that does not depend on the dimension: about 2 is sane; above 10
// every two texts become orthogonal, below 0.1 all become equal.
func Angle[T linalg.Real](a, b []T, beta float64) float64 {
	logF := 0.0
	for k, x := range a {
		c := math.Cos(0.5 * beta * (float64(x) - float64(b[k])))
		if c == 0 {
			return 0
		}
		logF += math.Log(c * c)
	}
	return clamp01(math.Exp(logF))
}

// DenseAngle returns the fidelity of two product states of one qubit for two
// coordinates: RY(pi/2 + beta*x_k), then RZ(beta*x_{k+h}), h half the number
// of coordinates rounded up,
//
//	F = prod_k (1 + cos t cos t' + sin t sin t' cos(p - p')) / 2
//
// The offset puts the states on the equator of the Bloch sphere. Without it
// they sit at the pole, where RZ does nothing and half of the coordinates
// would be lost.
func DenseAngle[T linalg.Real](a, b []T, beta float64) float64 {
	h := (len(a) + 1) / 2
	logF := 0.0
	for k := range h {
		var p float64
		if k+h < len(a) {
			p = beta * (float64(a[k+h]) - float64(b[k+h]))
		}
		f := BlochFidelity(math.Pi/2+beta*float64(a[k]), math.Pi/2+beta*float64(b[k]), p)
		if f <= 0 {
			return 0
		}
		logF += math.Log(f)
	}
	return clamp01(math.Exp(logF))
}

// BlochFidelity returns the fidelity of two qubits with polar angles t and u
// whose azimuths differ by p: half of one plus the inner product of their
// Bloch vectors.
func BlochFidelity(t, u, p float64) float64 {
	return (1 + math.Cos(t)*math.Cos(u) + math.Sin(t)*math.Sin(u)*math.Cos(p)) / 2
}
