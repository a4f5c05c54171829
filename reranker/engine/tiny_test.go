// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The tiny models have heads of 8 elements, so they also test the padding of
// matrices.
const (
	tinyBi    = "testdata/tiny-bi-encoder"
	tinyCross = "testdata/tiny-cross-encoder"
)

func openDir(t testing.TB, dir string, opt Options) *Engine {
	t.Helper()
	e, err := Open(dir, opt)
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

func readExpected(t testing.TB, dir string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func TestBiEncoderWithPrefixesAndFirstTokenPoolingEqualsTheReference(t *testing.T) {
	var golden struct {
		Texts []struct {
			Kind, Text string
			Embedding  []float32
		}
	}
	readExpected(t, tinyBi, &golden)
	for _, name := range kernelsToTest() {
		t.Run(name, func(t *testing.T) {
			e := openDir(t, tinyBi, Options{Kernel: name, Precision: Float32})
			compared := 0
			for _, x := range golden.Texts {
				kind := KindDocument
				if x.Kind == "query" {
					kind = KindQuery
				}
				got, err := e.Encode(t.Context(), []string{x.Text}, kind)
				if err != nil {
					t.Fatal(err)
				}
				if d := 1 - cosine(got[0].Pooled, x.Embedding); !(d <= 1e-6) {
					t.Errorf("%s %q: cosine distance %g, want at most 1e-6", x.Kind, x.Text, d)
				}
				compared++
			}
			if compared != 20 {
				t.Errorf("compared %d texts, want 20", compared)
			}
		})
	}
}

func TestCrossEncoderEqualsTheReference(t *testing.T) {
	var golden struct {
		Pairs []struct {
			Query, Document string
			Logit           float64
		}
	}
	readExpected(t, tinyCross, &golden)
	if len(golden.Pairs) != 20 {
		t.Fatalf("golden file has %d pairs, want 20", len(golden.Pairs))
	}
	bounds := map[Precision]float64{Float32: 1e-4, Int16: 0.02, BFloat16: 0.2, Int8: 0.5}
	for _, name := range kernelsToTest() {
		for precision, bound := range bounds {
			t.Run(name+"/"+string(precision), func(t *testing.T) {
				e := openDir(t, tinyCross, Options{Kernel: name, Precision: precision})
				worst := 0.0
				for _, p := range golden.Pairs {
					got, err := e.ScorePairs(t.Context(), p.Query, []string{p.Document})
					if err != nil {
						t.Fatal(err)
					}
					worst = max(worst, math.Abs(got[0].Logit-p.Logit))
				}
				t.Logf("largest difference of a logit %.2g", worst)
				if !(worst <= bound) {
					t.Errorf("largest difference of a logit %g, want at most %g", worst, bound)
				}
			})
		}
	}
}
