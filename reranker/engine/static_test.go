// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
	"github.com/quantumrerank/quantumrerank/reranker/engine/static"
)

// copyModel copies the files of a model into a directory of the test.
func copyModel(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(dir))
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// rewrite changes what is in a file.
func rewrite(t testing.TB, path, from, to string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), from) {
		t.Fatalf("%s has no %q", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), from, to)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// distilled is a copy of the tiny bi-encoder with its table.
func distilled(t testing.TB) string {
	t.Helper()
	dir := copyModel(t, tinyBi)
	if path, fresh, err := Distill(t.Context(), dir, false, Options{}, nil); err != nil || !fresh || path != filepath.Join(dir, static.FileName) {
		t.Fatalf("distilled %q, fresh %v, error %v", path, fresh, err)
	}
	return dir
}

func TestStaticScoresAreCosinesOfTheTokensVectors(t *testing.T) {
	e := openDir(t, distilled(t), Options{})
	if got := e.Info().StaticTokens; got != 292 {
		t.Errorf("%d tokens have a vector, want 292", got)
	}
	before := []float64{7}
	got, ok := e.StaticScores("the river bank", []string{"bank river the", "the river bank the river bank", "money", ""}, before)
	if !ok || len(got) != 5 || got[0] != 7 {
		t.Fatalf("scores %v, %v: want one for each text behind what was there", got, ok)
	}
	for i, s := range got[1:3] {
		if s < 0.9999 {
			t.Errorf("text %d has the query's words and cosine %g, want 1", i, s)
		}
	}
	if s := got[3]; s > 0.99 || s < -1 {
		t.Errorf("another text has cosine %g", s)
	}
	if got[4] != 0 {
		t.Errorf("the empty text has cosine %g, want 0", got[4])
	}
}

func TestStaticScoresAllocateNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	e := openDir(t, distilled(t), Options{})
	texts, dst := []string{"the river", strings.Repeat("money ", 300)}, make([]float64, 0, 2)
	e.StaticScores("bank", texts, dst)
	if n := testing.AllocsPerRun(100, func() { e.StaticScores("bank", texts, dst) }); n != 0 {
		t.Errorf("%g allocations for each call, want none", n)
	}
}

func TestWithoutATableThereAreNoStaticScores(t *testing.T) {
	e := openDir(t, tinyBi, Options{})
	if got, ok := e.StaticScores("a", []string{"b"}, nil); ok || len(got) != 0 {
		t.Errorf("scores %v, %v from a model without a table", got, ok)
	}
}

func TestATableThatDoesNotFitIsAnError(t *testing.T) {
	t.Run("of other weights", func(t *testing.T) {
		dir, other := distilled(t), copyModel(t, tinyCross)
		table, err := os.ReadFile(filepath.Join(dir, static.FileName))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(other, static.FileName), table, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(other, Options{}); err == nil || !strings.Contains(err.Error(), "distilled from weights with digest sha256:") {
			t.Errorf("error %v does not say that the table is of other weights", err)
		}
	})
	for what, change := range map[string]struct{ file, old, new string }{
		"a tokenizer.json": {"tokenizer.json", "swarm", "sward"},
		"pooling":          {"1_Pooling/config.json", "\"pooling_mode_cls_token\": true,\n \"pooling_mode_mean_tokens\": false", "\"pooling_mode_mean_tokens\": true"},
	} {
		t.Run("of another "+what, func(t *testing.T) {
			dir := distilled(t)
			rewrite(t, filepath.Join(dir, change.file), change.old, change.new)
			if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("error %v does not say that the table is of another %s", err, what)
			}
			if _, fresh, err := Distill(t.Context(), dir, false, Options{}, nil); err != nil || !fresh {
				t.Errorf("distilling left the table alone, error %v", err)
			}
		})
	}
	t.Run("cut short", func(t *testing.T) {
		dir := distilled(t)
		if err := os.Truncate(filepath.Join(dir, static.FileName), 1000); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); !errors.Is(err, sealed.ErrDamaged) || !strings.Contains(err.Error(), "model distill") {
			t.Errorf("error %v does not say that the file is damaged and what to do", err)
		}
	})
}

func TestDistillingEndsWithItsContext(t *testing.T) {
	dir := copyModel(t, tinyBi)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Distill(ctx, dir, false, Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if _, err := os.Stat(filepath.Join(dir, static.FileName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a cancelled distillation left a file: %v", err)
	}
}

func TestDistillingReportsEveryToken(t *testing.T) {
	last := 0
	dir := copyModel(t, tinyBi)
	_, _, err := Distill(t.Context(), dir, false, Options{Threads: 1}, func(done, total int) {
		if total != 292 || done <= last {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last != 292 {
		t.Errorf("%d of 292 tokens reported, error %v", last, err)
	}
	for anew, want := range map[bool]bool{false: false, true: true} {
		if _, fresh, err := Distill(t.Context(), dir, anew, Options{}, nil); err != nil || fresh != want {
			t.Errorf("distilled again, anew %v: fresh %v, error %v", anew, fresh, err)
		}
	}
}

func BenchmarkStaticScores(b *testing.B) {
	e := open(b, Options{})
	if _, ok := e.StaticScores("", nil, nil); !ok {
		b.Skip("the model has no table: run `make model`")
	}
	texts := documents(b, 100)
	tokens := 0
	for _, t := range texts {
		tokens += e.CountTokens(KindDocument, t)
	}
	var dst []float64
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = e.StaticScores(texts[0], texts, dst[:0])
	}
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
