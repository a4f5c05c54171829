// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// keeping makes the given precisions, and no others, keep their bounds for a test.
func keeping(t *testing.T, keep ...Precision) {
	t.Helper()
	before := errorBound
	errorBound = map[Precision]float64{BFloat16: -1, Int16: -1, Int8: -1}
	for _, p := range keep {
		errorBound[p] = 1
	}
	t.Cleanup(func() { errorBound = before })
}

// Precisions are tried from the fastest to the exact one, and what was too
// coarse is said. int8 is not tried, since its corrections take long.
func TestAutoTakesTheFastestPrecisionWithinItsBound(t *testing.T) {
	dir := copyModel(t, tinyBi)
	for _, kernels := range kernel.Available() {
		tried := slices.DeleteFunc(slices.Clone(kernels.Fast), func(p Precision) bool { return p == Int8 })
		for i, want := range append(tried, Float32) {
			t.Run(kernels.Name+"/"+string(want), func(t *testing.T) {
				keeping(t, want)
				info := openDir(t, dir, Options{Kernel: kernels.Name}).Info()
				if info.Precision != want || strings.Count(info.Reason, "too coarse") != i ||
					strings.Contains(info.Reason, "int8 needs prepared weights") != kernels.IsFast(Int8) {
					t.Errorf("precision %s because %q, want %s and %d that are too coarse", info.Precision, info.Reason, want, i)
				}
			})
		}
	}
}

func TestPreparedWeightsRememberWhatIsWithinItsBound(t *testing.T) {
	all := &kernel.Set{Name: "all", Fast: []kernel.Format{BFloat16, Int8, Int16}}
	pairs := &kernel.Set{Name: "pairs", Fast: []kernel.Format{Int16}}
	yes, no := true, false
	for _, c := range []struct {
		bfloat16, int8 *bool // what is noted; nil for nothing
		kernels        *kernel.Set
		asked          Precision
		want           Precision // empty for an error
	}{
		{&yes, &yes, all, Auto, BFloat16},
		{&no, &yes, all, Auto, Int8},
		{&no, &no, all, Auto, Int16},
		{&yes, &yes, pairs, Auto, Int16},
		{&yes, &yes, &kernel.Set{Name: "none"}, Auto, Int16},
		{&no, &no, all, Int8, Int8},
		{&yes, &yes, all, Int16, Int16},
		{nil, &yes, all, Auto, ""},
		{&yes, nil, all, Int16, ""},
	} {
		path := filepath.Join(t.TempDir(), PreparedFile)
		d := sealed.NewDraft(preparedKind)
		for p, noted := range map[Precision]*bool{BFloat16: c.bfloat16, Int8: c.int8} {
			if noted != nil {
				d.Note(string(p), verdict(p, *noted))
			}
		}
		if err := d.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		f, err := sealed.Open(path, preparedKind)
		if err != nil {
			t.Fatal(err)
		}
		got, reason, err := precisionOf(f, c.kernels, c.asked)
		if got != c.want || (err == nil) != (c.want != "") || (err == nil) != (reason != "") {
			t.Errorf("%s, %s asked for: %q because %q, error %v, want %q", c.kernels.Name, c.asked, got, reason, err, c.want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Where products of int16 are no faster than those of float32, int8 has float32
// beside bytes, with the same bits from both kinds of weights.
func TestInt8HasFloat32WhereInt16IsNotFast(t *testing.T) {
	dir := prepared(t, tinyBi)
	scores := func(dir string, fast ...Precision) []float64 {
		w, err := openWeights(dir, kernel.Default().Assuming(fast...), Int8)
		if err != nil {
			t.Fatal(err)
		}
		got, err := probeScores(w.model, w.encoder)
		if err := errors.Join(err, w.close()); err != nil {
			t.Fatal(err)
		}
		return got
	}
	beside16, beside32 := scores(dir, Int8, Int16), scores(dir, Int8)
	if slices.Equal(beside16, beside32) {
		t.Error("scores are the same with int16 and float32 beside bytes")
	}
	if !slices.Equal(scores(tinyBi, Int8, Int16), beside16) || !slices.Equal(scores(tinyBi, Int8), beside32) {
		t.Error("scores differ between prepared and original weights")
	}
	if far := furthest(beside16, beside32); !(far <= 0.1) {
		t.Errorf("scores are %g apart with int16 and float32 beside bytes", far)
	}
}

func TestAutoIsNotInt16WhereThatIsNotFast(t *testing.T) {
	check := func(dir string, want Precision, from string) {
		t.Helper()
		w, err := openWeights(dir, kernel.Default().Assuming(Int8), Auto)
		if err != nil {
			t.Fatal(err)
		}
		if w.precision != want || !strings.HasPrefix(w.from, from) {
			t.Errorf("%s because %q, weights are from %q, want %s from %s", w.precision, w.reason, w.from, want, from)
		}
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}
	keeping(t, Int8, Int16)
	check(prepared(t, tinyBi), Int8, PreparedFile)
	keeping(t, Int16)
	dir := prepared(t, tinyBi)
	check(dir, Float32, model.WeightsFile+": prepared.bin would be in int16")
	if err := os.Remove(filepath.Join(dir, model.WeightsFile)); err != nil {
		t.Fatal(err)
	}
	check(dir, Int16, PreparedFile)
}

func TestUnknownPrecisionIsAnErrorThatNamesTheKnownOnes(t *testing.T) {
	_, err := Open(tinyBi, Options{Precision: "int4"})
	for _, name := range []string{"int4", "auto", "float32", "bfloat16", "int16", "int8"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v does not name %s", err, name)
		}
	}
}

func TestKernelsThatAreLeftOutAreSaid(t *testing.T) {
	if got := withLeftOut("fastest", nil); got != "fastest" {
		t.Errorf("without any: %q", got)
	}
	if got, want := withLeftOut("fastest", []string{"a, whose x", "b, whose y"}), "fastest; left out is a, whose x; left out is b, whose y"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
