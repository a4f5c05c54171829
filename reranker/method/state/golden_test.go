// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// golden is testdata/quantum.json, made by test/parity/quantum/make_quantum.py
// with Qiskit and PennyLane.
type golden struct {
	Amplitude []struct {
		Seed                 uint64
		Dim, Qubits          int
		Qiskit               float64
		PennylaneStatevector float64 `json:"pennylane_statevector"`
		PennylaneInversion   float64 `json:"pennylane_inversion"`
	}
	SwapTest []struct {
		Seed   uint64
		Qubits int
		P0     float64
	} `json:"swap_test"`
	Angles []struct {
		Seed           uint64
		Qubits         int
		Beta           float64
		AngleQiskit    float64 `json:"angle_qiskit"`
		AnglePennylane float64 `json:"angle_pennylane"`
		DenseQiskit    float64 `json:"dense_qiskit"`
	}
	Mixed   []mixedCase
	Layered []struct {
		Seed     uint64
		Depth    int
		Fidelity float64
		Re, Im   []float64
	}
}

type mixedCase struct {
	Seed                 uint64
	Dim                  int
	QueryRows            int `json:"query_rows"`
	DocumentRows         int `json:"document_rows"`
	Rank                 int
	Overlap              float64
	PurityQuery          float64 `json:"purity_query"`
	PurityDocument       float64 `json:"purity_document"`
	UhlmannQiskit        float64 `json:"uhlmann_qiskit"`
	UhlmannPennylane     float64 `json:"uhlmann_pennylane"`
	ProjectorQiskit      float64 `json:"projector_qiskit"`
	ProjectorPennylane   float64 `json:"projector_pennylane"`
	ProjectorDepolarised float64 `json:"projector_depolarised_0_3"`
}

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/quantum.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Amplitude) < 6 || len(g.SwapTest) < 3 || len(g.Angles) < 9 || len(g.Mixed) < 7 || len(g.Layered) < 2 {
		t.Fatalf("testdata/quantum.json is not complete: %d, %d, %d, %d, %d cases",
			len(g.Amplitude), len(g.SwapTest), len(g.Angles), len(g.Mixed), len(g.Layered))
	}
	return g
}

// generator is the twin of Generator in make_quantum.py.
type generator uint64

func (g *generator) draw(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		*g = *g*6364136223846793005 + 1442695040888963407
		out[i] = float64(*g>>33)/(1<<31) - 0.5
	}
	return out
}

func (g *generator) unit(n int) []float64 {
	v := g.draw(n)
	linalg.Normalize(v, v)
	return v
}

func (g *generator) weights(n int) []float64 {
	w, sum := g.draw(n), 0.0
	for i := range w {
		w[i] += 0.75
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

func (g *generator) ensemble(n, dim int) Ensemble[float64] {
	e := Ensemble[float64]{N: n, Dim: dim, Rows: g.draw(n * dim)}
	for i := range n {
		e.Row(i)[0] += 0.25
		linalg.Normalize(e.Row(i), e.Row(i))
	}
	e.Weights = g.weights(n)
	return e
}

// single is e at the precision of production.
func single(e Ensemble[float64]) Ensemble[float32] {
	f := Ensemble[float32]{N: e.N, Dim: e.Dim, Weights: e.Weights, Rows: make([]float32, len(e.Rows))}
	for i, x := range e.Rows {
		f.Rows[i] = float32(x)
	}
	return f
}

func narrow(v []float64) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.15g, want %.15g within %g", what, got, want, tolerance)
	}
}

// Tolerances. The references' matrix square roots are off by some 5e-9 on
// states of low rank.
const (
	exact       = 1e-10
	uhlmann     = 1e-7
	float32Path = 1e-5
)

func TestPureMatchesTheReferences(t *testing.T) {
	for _, c := range readGolden(t).Amplitude {
		g := generator(c.Seed)
		a, b := g.unit(c.Dim), g.unit(c.Dim)
		name := fmt.Sprintf("%d numbers on %d qubits", c.Dim, c.Qubits)
		near(t, name+", Qiskit", Pure(a, b), c.Qiskit, exact)
		near(t, name+", PennyLane's formula", Pure(a, b), c.PennylaneStatevector, exact)
		near(t, name+", PennyLane's circuit", Pure(a, b), c.PennylaneInversion, exact)
		near(t, name+", float32", Pure(narrow(a), narrow(b)), c.Qiskit, float32Path)
		near(t, name+", simulator", amplitudes(a).fidelity(amplitudes(b)), c.Qiskit, exact)
	}
}

func TestTheSwapTestMeasuresTheOverlap(t *testing.T) {
	for _, c := range readGolden(t).SwapTest {
		g := generator(c.Seed)
		dim := 1 << ((c.Qubits - 1) / 2)
		a, b := g.unit(dim), g.unit(dim)
		name := fmt.Sprintf("%d qubits", c.Qubits)
		near(t, name+", closed form", (1+Pure(a, b))/2, c.P0, exact)
		near(t, name+", simulator", swapTest(amplitudes(a), amplitudes(b)), c.P0, exact)
	}
}

func TestAngleKernelsMatchTheReferences(t *testing.T) {
	for _, c := range readGolden(t).Angles {
		g := generator(c.Seed)
		a, b := g.unit(2*c.Qubits), g.unit(2*c.Qubits)
		name := fmt.Sprintf("%d qubits", c.Qubits)
		angle := Angle(a[:c.Qubits], b[:c.Qubits], c.Beta)
		near(t, name+", Qiskit", angle, c.AngleQiskit, exact)
		near(t, name+", PennyLane", angle, c.AnglePennylane, exact)
		near(t, name+", dense, Qiskit", DenseAngle(a, b, c.Beta), c.DenseQiskit, exact)
		near(t, name+", dense, float32", DenseAngle(narrow(a), narrow(b), c.Beta), c.DenseQiskit, float32Path)
		near(t, name+", dense, simulator", denseState(a, c.Beta, c.Qubits).fidelity(denseState(b, c.Beta, c.Qubits)), c.DenseQiskit, exact)
	}
}

// denseState runs the circuit of the dense angle encoding.
func denseState(x []float64, beta float64, qubits int) register {
	r := newRegister(qubits)
	for k := range qubits {
		r.ry(math.Pi/2+beta*x[k], k)
		r.rz(beta*x[qubits+k], k)
	}
	return r
}

func TestMixedStatesMatchTheReferences(t *testing.T) {
	for _, c := range readGolden(t).Mixed {
		t.Run(fmt.Sprintf("%d and %d tokens of %d numbers", c.QueryRows, c.DocumentRows, c.Dim), func(t *testing.T) {
			g := generator(c.Seed)
			q := g.ensemble(c.QueryRows, c.Dim)
			d := g.ensemble(c.DocumentRows, c.Dim)
			near(t, "overlap", Overlap(q, d), c.Overlap, exact)
			near(t, "purity of the query", Purity(q), c.PurityQuery, exact)
			near(t, "purity of the document", Purity(d), c.PurityDocument, exact)
			near(t, "fidelity, Qiskit", Fidelity(q, d), c.UhlmannQiskit, uhlmann)
			near(t, "fidelity, PennyLane", Fidelity(q, d), c.UhlmannPennylane, uhlmann)
			s := Leading(d, c.Rank)
			near(t, "projector, Qiskit", s.Expect(q), c.ProjectorQiskit, exact)
			near(t, "projector, PennyLane", s.Expect(q), c.ProjectorPennylane, exact)
			noisy := 0.7*s.Expect(q) + 0.3*float64(s.Rank)/float64(c.Dim)
			near(t, "projector after noise", noisy, c.ProjectorDepolarised, exact)

			q32, d32 := single(q), single(d)
			near(t, "overlap, float32", Overlap(q32, d32), c.Overlap, float32Path)
			near(t, "fidelity, float32", Fidelity(q32, d32), c.UhlmannQiskit, float32Path)
			near(t, "projector, float32", Leading(d32, c.Rank).Expect(q32), c.ProjectorQiskit, float32Path)
			near(t, "projector by the kernels", NewProbe(q32).In(Leading(d32, c.Rank)), c.ProjectorQiskit, float32Path)
		})
	}
}

// TestTheSimulatorMatchesQiskit makes the simulator a witness that the
// property tests may call.
func TestTheSimulatorMatchesQiskit(t *testing.T) {
	for _, c := range readGolden(t).Layered {
		if c.Depth > 15 {
			t.Errorf("depth %d, want at most 15", c.Depth)
		}
		g := generator(c.Seed)
		a, b := layered(g.draw(30)), layered(g.draw(30))
		near(t, "fidelity", a.fidelity(b), c.Fidelity, exact)
		for i := range a {
			near(t, fmt.Sprintf("real part %d", i), real(a[i]), c.Re[i], exact)
			near(t, fmt.Sprintf("imaginary part %d", i), imag(a[i]), c.Im[i], exact)
		}
	}
}

// layered runs two layers of RY RZ RY and RZZ on four qubits.
func layered(draws []float64) register {
	r, next := newRegister(4), 0
	angle := func() float64 {
		next++
		return 4 * draws[next-1]
	}
	for range 2 {
		for _, gate := range []func(float64, int){r.ry, r.rz, r.ry} {
			for k := range 4 {
				gate(angle(), k)
			}
		}
		for k := range 3 {
			r.rzz(angle(), k, k+1)
		}
	}
	return r
}
