// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// golden is what the reference implementation made of the texts in testdata.
type golden struct {
	Dim   int
	Texts []struct {
		Text string
		IDs  []int32
	}
	States []int // texts whose token states are known
	pooled [][]float32
}

func readGolden(t testing.TB) *golden {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "embeddings.json"))
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{}
	if err := json.Unmarshal(data, g); err != nil {
		t.Fatal(err)
	}
	all := readFloats(t, "embeddings.f32.gz")
	if len(g.Texts) < 200 || len(all) != len(g.Texts)*g.Dim {
		t.Fatalf("%d texts and %d floats, want at least 200 texts of %d", len(g.Texts), len(all), g.Dim)
	}
	for i := range g.Texts {
		g.pooled = append(g.pooled, all[i*g.Dim:(i+1)*g.Dim])
	}
	return g
}

func readFloats(t testing.TB, name string) []float32 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, len(data)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return x
}

// cosine is computed in double precision, so that small distances are true.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func open(t testing.TB, opt Options) *Engine {
	t.Helper()
	e, err := Open(modeltest.Dir(t), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func (g *golden) list() []string {
	var texts []string
	for _, x := range g.Texts {
		texts = append(texts, x.Text)
	}
	return texts
}

// How many texts are compared in kernels other than the best one, to keep the
// test short: plain Go is slow.
const (
	otherTexts   = 60
	genericTexts = 12
)

// precisions and how far each may be from the reference, as a cosine distance.
var precisions = map[encoder.Precision]float64{
	encoder.Float32: 1e-6,
	encoder.Int16:   1e-4,
	encoder.Int8:    1e-3,

	encoder.BFloat16: 1e-4,
}

// precisionsOf lists those to test with a set. In bfloat16 all sets but AMX run the
// same plain Go, once is enough for which.
func precisionsOf(kernels string) []Precision {
	all := []Precision{Float32, Int16, Int8}
	if kernels == "amx" || kernels == "generic" {
		all = append(all, BFloat16)
	}
	return all
}

func TestEncodingsEqualTheReference(t *testing.T) {
	g := readGolden(t)
	for _, name := range kernelsToTest() {
		for _, precision := range precisionsOf(name) {
			bound := precisions[precision]
			t.Run(name+"/"+string(precision), func(t *testing.T) {
				g.compare(t, Options{Kernel: name, Precision: precision}, bound)
			})
		}
	}
}

func (g *golden) compare(t *testing.T, opt Options, bound float64) {
	texts := g.list()
	switch opt.Kernel {
	case kernelsToTest()[0]:
	case "generic":
		texts = texts[:genericTexts]
		if testing.Short() {
			texts = texts[:2]
		}
	default:
		texts = texts[:otherTexts]
	}
	e := open(t, opt)
	encodings, err := e.Encode(t.Context(), texts, KindDocument)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, enc := range encodings {
		worst = max(worst, 1-cosine(enc.Pooled, g.pooled[i]))
	}
	t.Logf("largest cosine distance %.2g over %d texts", worst, len(encodings))
	if !(worst <= bound) {
		t.Errorf("largest cosine distance %g, want at most %g", worst, bound)
	}
}
