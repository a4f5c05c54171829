// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// withBounds sets the bounds of errors for a test.
func withBounds(t *testing.T, int16Bound, int8Bound float64) {
	t.Helper()
	before := errorBound
	errorBound = map[Precision]float64{Int16: int16Bound, Int8: int8Bound}
	t.Cleanup(func() { errorBound = before })
}

// Precisions are tried from the fastest to the exact one, and what was too
// coarse is said.
func TestAutoTakesTheFastestPrecisionWithinItsBound(t *testing.T) {
	kernels := kernel.Available()[0]
	if !kernels.PrefersIntegers {
		t.Skipf("the kernels of this CPU, %s, have nothing to choose from", kernels.Name)
	}
	dir := copyModel(t, tinyBi)
	for name, bounds := range map[string]struct {
		int16, int8 float64
		want        Precision
		tooCoarse   int
	}{
		"all are within":   {1, 1, fastest(kernels)[0], 0},
		"int8 is not":      {1, -1, Int16, len(fastest(kernels)) - 2},
		"none is":          {-1, -1, Float32, len(fastest(kernels)) - 1},
		"int8 alone might": {-1, 1, map[bool]Precision{true: Int8, false: Float32}[kernels.PrefersBytes], map[bool]int{true: 0, false: 1}[kernels.PrefersBytes]},
	} {
		t.Run(name, func(t *testing.T) {
			withBounds(t, bounds.int16, bounds.int8)
			info := openDir(t, dir, Options{}).Info()
			if info.Precision != bounds.want || strings.Count(info.Reason, "too coarse") != bounds.tooCoarse {
				t.Errorf("precision %s because %q, want %s and %d that are too coarse", info.Precision, info.Reason, bounds.want, bounds.tooCoarse)
			}
		})
	}
}

func TestPreparedWeightsRememberWhetherInt8IsWithinItsBound(t *testing.T) {
	bytes, pairs := &kernel.Set{Name: "bytes", PrefersBytes: true}, &kernel.Set{Name: "pairs", PrefersIntegers: true}
	for _, c := range []struct {
		noted   string
		kernels *kernel.Set
		asked   Precision
		want    Precision // empty for an error
	}{
		{verdict(true), bytes, Auto, Int8},
		{verdict(false), bytes, Auto, Int16},
		{verdict(true), pairs, Auto, Int16},
		{verdict(false), bytes, Int8, Int8},
		{verdict(true), bytes, Int16, Int16},
		{"", bytes, Auto, ""},
		{"within 7", bytes, Int16, ""},
	} {
		path := filepath.Join(t.TempDir(), PreparedFile)
		d := sealed.NewDraft(preparedKind)
		d.Note(factInt8, c.noted)
		if err := d.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		f, err := sealed.Open(path, preparedKind)
		if err != nil {
			t.Fatal(err)
		}
		got, reason, err := precisionOf(f, c.kernels, c.asked)
		if got != c.want || (err == nil) != (c.want != "") || (err == nil) != (reason != "") {
			t.Errorf("%q on %s, %s asked for: %q because %q, error %v, want %q", c.noted, c.kernels.Name, c.asked, got, reason, err, c.want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestUnknownPrecisionIsAnErrorThatNamesTheKnownOnes(t *testing.T) {
	_, err := Open(tinyBi, Options{Precision: "int4"})
	for _, name := range []string{"int4", "auto", "float32", "int16", "int8"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v does not name %s", err, name)
		}
	}
}
