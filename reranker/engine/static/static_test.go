// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package static

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

var origin = Origin{Weights: "sha256:00", Tokenizer: "sha256:01", Pooling: "mean"}

// plane returns n vectors of dim elements that lie, but for a mean and a little
// noise, in a plane.
func plane(n, dim int) []float32 {
	r := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, n*dim)
	for i := range n {
		a, b := r.NormFloat64()*3, r.NormFloat64()*2
		for j := range dim {
			x[i*dim+j] = float32(a*math.Sin(float64(j)) + b*math.Cos(float64(j)) + 5 + 1e-3*r.NormFloat64())
		}
	}
	return x
}

// The parts in the components have mean 0, variance 1 and nothing in common, and
// empty directions stay empty.
func TestProjectedVectorsAreWhite(t *testing.T) {
	const n, dim, keep = 200, 32, 3
	x := plane(n, dim)
	rows := project(x, dim, keep)
	for a := range 2 {
		for b := range keep {
			sum := 0.0
			for i := range n {
				sum += float64(rows[i*keep+a]) * float64(rows[i*keep+b])
			}
			want := 0.0
			if a == b {
				want = 1
			}
			if math.Abs(sum/n-want) > 1e-3 {
				t.Errorf("components %d and %d have the product %g, want %g", a, b, sum/n, want)
			}
		}
	}
	constant := make([]float32, n*dim)
	for i := range constant {
		constant[i] = 5
	}
	for i, v := range project(constant, dim, keep) {
		if v != 0 {
			t.Fatalf("element %d of the projection of equal vectors is %g, want 0", i, v)
		}
	}
}

func TestRareTokensWeighMore(t *testing.T) {
	rows := []float32{1, 1, 1, 1}
	weigh(rows, 1, 0.1)
	for i, w := range rows {
		p := 1 / float64(i+1) / (1 + 1.0/2 + 1.0/3 + 1.0/4)
		if want := 0.1 / (0.1 + p); math.Abs(float64(w)-want) > 1e-6 {
			t.Errorf("weight %d is %g, want %g", i, w, want)
		}
	}
}

func TestATableSumsItsRows(t *testing.T) {
	const dim, n = 24, 50
	path := filepath.Join(t.TempDir(), FileName)
	vectors := plane(n, dim)
	rows := append([]float32(nil), vectors...)
	rows = project(rows, dim, dim)
	weigh(rows, dim, Smoothing)
	if err := Distill(path, origin, vectors, dim); err != nil {
		t.Fatal(err)
	}
	table, err := Open(path, origin)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if table.Dim() != dim || table.Tokens() != n {
		t.Fatalf("%d tokens of %d, want %d of %d", table.Tokens(), table.Dim(), n, dim)
	}
	got := make([]float32, dim)
	table.Sum(got, []int32{3, 9, 3, -1, n})
	want, largest := make([]float32, dim), 0.0
	for j := range want {
		want[j] = 2*rows[3*dim+j] + rows[9*dim+j]
		largest = max(largest, math.Abs(float64(rows[3*dim+j])), math.Abs(float64(rows[9*dim+j])))
	}
	for j := range want {
		// Three roundings to 127 steps of the largest element.
		if d := math.Abs(float64(got[j] - want[j])); d > 1.5*largest/127+1e-6 {
			t.Errorf("element %d of the sum is %g, want %g", j, got[j], want[j])
		}
	}
}

func TestBrokenVectorsBecomeZero(t *testing.T) {
	nan := float32(math.NaN())
	q, scales := quantise([]float32{1, -2, nan, nan, 0, 0, float32(math.Inf(1)), 1}, 2)
	for i, want := range []int8{64, -127, 0, 0, 0, 0, 0, 0} {
		if q[i] != want {
			t.Errorf("element %d is %d, want %d", i, q[i], want)
		}
	}
	if scales[1] != 0 || scales[2] != 0 || scales[3] != 0 {
		t.Errorf("scales of broken vectors are %v, want 0", scales[1:])
	}
}

func TestCosineOfNothingIsZero(t *testing.T) {
	if c := Cosine([]float32{0, 0}, []float32{1, 2}); c != 0 {
		t.Errorf("got %g", c)
	}
}

// The facts of a file may be anything even where its checksums hold.
func FuzzRead(f *testing.F) {
	f.Add("24", "50", origin.Weights, []byte{1, 2, 3})
	f.Add("1", "3", origin.Weights, []byte{1, 2, 3})
	f.Add("9223372036854775807", "2", origin.Weights, []byte{1})
	f.Add("-1", "x", "", []byte{})
	path := filepath.Join(f.TempDir(), FileName)
	f.Fuzz(func(t *testing.T, dim, tokens, weights string, rows []byte) {
		d := sealed.NewDraft(kind)
		d.Note(factWeights, weights)
		d.Note(factTokenizer, origin.Tokenizer)
		d.Note(factPooling, origin.Pooling)
		d.Note(factDim, dim)
		d.Note(factTokens, tokens)
		sealed.Add(d, sectionRows, rows)
		sealed.Add(d, sectionScales, make([]float32, len(rows)))
		if err := d.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		table, err := Open(path, origin)
		if err != nil {
			return
		}
		defer table.Close()
		table.Sum(make([]float32, table.Dim()), []int32{0, int32(table.Tokens()) - 1, -1, math.MaxInt32})
	})
}
