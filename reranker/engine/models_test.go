// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// otherModels are those that `make model-parity` fetches.
var otherModels = []string{"bge-small-en-v1.5", "e5-small-v2"}

type otherGolden struct {
	SHA256 string
	Texts  []struct {
		Kind, Text string
		Vector     []float32
	}
}

func readOther(t *testing.T, name string) *otherGolden {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "models", name+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	g := &otherGolden{}
	if err := json.NewDecoder(z).Decode(g); err != nil {
		t.Fatal(err)
	}
	if len(g.Texts) != 32 {
		t.Fatalf("golden file has %d texts, want 32", len(g.Texts))
	}
	return g
}

// The models are 133 MB each and not everybody's, so this test alone may be
// left out: it says so, and `make model-parity` runs it.
func TestOtherModelsEqualTheReference(t *testing.T) {
	// The promises of README: vectors in float32, and scores in integers.
	const nearest = 1 - 0.9999
	for _, name := range otherModels {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(modeltest.Root(t), "bin", "models", name)
			if _, err := os.Stat(filepath.Join(dir, model.WeightsFile)); errors.Is(err, fs.ErrNotExist) {
				t.Skipf("NOT TESTED: %s is not in %s; `make model-parity` fetches it and runs this test", name, dir)
			}
			g := readOther(t, name)
			for _, precision := range precisionsOf(kernelsToTest()[0]) {
				bound := max(errorBound[precision], errorBound[Int16])
				e := openDir(t, dir, Options{Precision: precision})
				if got := e.Info().Digest; got != "sha256:"+g.SHA256 {
					t.Fatalf("weights have digest %s, the golden file is of %s", got, g.SHA256)
				}
				got := encodeKinds(t, e, g)
				worst, worstScore := 0.0, 0.0
				for i := range got {
					worst = max(worst, 1-cosine(got[i], g.Texts[i].Vector))
					for j := range i {
						d := dot(got[i], got[j]) - dot(g.Texts[i].Vector, g.Texts[j].Vector)
						worstScore = max(worstScore, math.Abs(d))
					}
				}
				t.Logf("%s: largest cosine distance %.2g, largest error of a score %.2g", precision, worst, worstScore)
				if errorBound[precision] <= errorBound[Int16] && !(worst <= nearest) {
					t.Errorf("%s: largest cosine distance %g, want at most %g", precision, worst, nearest)
				}
				if !(worstScore <= bound) {
					t.Errorf("%s: largest error of a score %g, want at most %g", precision, worstScore, bound)
				}
			}
			e := openDir(t, dir, Options{})
			t.Logf("auto: %s, %s", e.Info().Precision, e.Info().Reason)
		})
	}
}

func encodeKinds(t *testing.T, e *Engine, g *otherGolden) [][]float32 {
	t.Helper()
	vectors := make([][]float32, len(g.Texts))
	for i, x := range g.Texts {
		kind := KindDocument
		if x.Kind == "query" {
			kind = KindQuery
		}
		got, err := e.Encode(t.Context(), []string{x.Text}, kind)
		if err != nil {
			t.Fatal(err)
		}
		vectors[i] = got[0].Pooled
	}
	return vectors
}
