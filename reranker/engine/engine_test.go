// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheSameTextHasTheSameBitsInEveryBatch(t *testing.T) {
	texts := documents(t, 12)
	for _, name := range kernelsToTest() {
		if name == "generic" && testing.Short() {
			continue // minutes under the race detector, for no goroutine more
		}
		for _, precision := range precisionsOf(name) {
			t.Run(name+"/"+string(precision), func(t *testing.T) {
				texts := texts
				if name == "generic" {
					texts = brief(texts[:3])
				}
				checkPlaces(t, Options{Kernel: name, Precision: precision}, texts)
			})
		}
	}
}

// brief cuts texts to a few words each, because plain Go is slow.
func brief(texts []string) []string {
	var cut []string
	for i, text := range texts {
		cut = append(cut, text[:min(len(text), 80+20*i)])
	}
	return cut
}

func checkPlaces(t *testing.T, opt Options, texts []string) {
	opt.Threads = 2
	e := open(t, opt)
	together, err := e.Encode(t.Context(), texts, KindDocument)
	if err != nil {
		t.Fatal(err)
	}
	opt.Threads, opt.BatchTokens = 1, 500
	other := open(t, opt)
	order := rand.New(rand.NewPCG(7, 7)).Perm(len(texts))
	shuffled := make([]string, len(texts))
	for to, from := range order {
		shuffled[to] = texts[from]
	}
	elsewhere, err := other.Encode(t.Context(), shuffled, KindDocument)
	if err != nil {
		t.Fatal(err)
	}
	for to, from := range order {
		if diff := cmp.Diff(together[from], elsewhere[to]); diff != "" {
			t.Fatalf("text %d differs in another batch (-first +other):\n%.400s", from, diff)
		}
	}
	for i := range min(4, len(texts)) {
		alone, err := e.Encode(t.Context(), texts[i:i+1], KindDocument)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(together[i], alone[0]); diff != "" {
			t.Fatalf("text %d differs alone (-together +alone):\n%.400s", i, diff)
		}
	}
}

func TestEncodingsAreComplete(t *testing.T) {
	e := open(t, Options{})
	long := strings.Repeat("horse ", 1000)
	got, err := e.Encode(t.Context(), []string{"a small horse", "", long, " \t\n", "\xff\xfe\x00"}, KindQuery)
	if err != nil {
		t.Fatal(err)
	}
	type summary struct {
		Rows, Used, Total int
		Truncated         bool
	}
	var have []summary
	for i, enc := range got {
		have = append(have, summary{enc.Rows, enc.UsedTokens, enc.TotalTokens, enc.Truncated})
		if len(enc.Pooled) != 384 || len(enc.Tokens) != enc.Rows*384 || len(enc.IDs) != enc.Rows {
			t.Errorf("text %d: %d rows with %d pooled, %d token elements and %d ids", i, enc.Rows, len(enc.Pooled), len(enc.Tokens), len(enc.IDs))
		}
		checkUnit(t, enc.Pooled)
		for r := range enc.Rows {
			checkUnit(t, enc.Tokens[r*384:(r+1)*384])
		}
	}
	want := []summary{{3, 5, 5, false}, {0, 2, 2, false}, {254, 256, 1002, true}, {0, 2, 2, false}}
	if diff := cmp.Diff(want, have[:4]); diff != "" {
		t.Errorf("encodings (-want +got):\n%s", diff)
	}
	if n := e.CountTokens(KindDocument, long); n != 1002 {
		t.Errorf("CountTokens of the long text is %d, want 1002", n)
	}
}

func checkUnit(t *testing.T, x []float32) {
	t.Helper()
	if d := math.Abs(dot(x, x) - 1); !(d <= 1e-5) {
		t.Errorf("squared length is off by %g, want 1", d)
	}
}

func TestTokenStatesEqualTheReference(t *testing.T) {
	g := readGolden(t)
	states := readFloats(t, "states.f32.gz")
	e := open(t, Options{Precision: Float32})
	for _, i := range g.States {
		got, err := e.Encode(t.Context(), []string{g.Texts[i].Text}, KindDocument)
		if err != nil {
			t.Fatal(err)
		}
		ids := g.Texts[i].IDs
		rows := len(ids) - 2
		if diff := cmp.Diff(ids[1:1+rows], got[0].IDs); diff != "" && rows > 0 {
			t.Fatalf("text %d: ids (-want +got):\n%s", i, diff)
		}
		for r := range rows {
			want := states[(1+r)*g.Dim : (2+r)*g.Dim]
			if d := 1 - cosine(got[0].Tokens[r*g.Dim:(r+1)*g.Dim], want); !(d <= 1e-6) {
				t.Fatalf("text %d, token %d: cosine distance %g, want at most 1e-6", i, r, d)
			}
		}
		states = states[len(ids)*g.Dim:]
	}
	if len(states) != 0 {
		t.Errorf("%d elements of the golden states were not compared", len(states))
	}
}

func TestEncodeEachVisitsEachTextOnceWithTheSameEncoding(t *testing.T) {
	e := open(t, Options{})
	texts := documents(t, 30)
	want, err := e.Encode(t.Context(), texts, KindDocument)
	if err != nil {
		t.Fatal(err)
	}
	visits := make([]atomic.Int32, len(texts))
	err = e.EncodeEach(t.Context(), texts, KindDocument, func(i int, enc *Encoding) {
		visits[i].Add(1)
		if diff := cmp.Diff(want[i], *enc); diff != "" {
			t.Errorf("text %d (-Encode +EncodeEach):\n%.400s", i, diff)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range visits {
		if n := visits[i].Load(); n != 1 {
			t.Errorf("text %d was visited %d times", i, n)
		}
	}
}

func TestEncodeStopsWhenTheContextEnds(t *testing.T) {
	e := open(t, Options{Threads: 1, BatchTokens: 32})
	ctx, cancel := context.WithCancel(t.Context())
	visited := 0
	err := e.EncodeEach(ctx, documents(t, 50), KindDocument, func(int, *Encoding) {
		visited++
		cancel()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context canceled", err)
	}
	if visited == 0 || visited > 10 {
		t.Errorf("%d of 50 texts were computed after the context ended with the first", visited)
	}
	if _, err := e.Encode(ctx, []string{"x"}, KindQuery); !errors.Is(err, context.Canceled) {
		t.Errorf("error with an ended context is %v, want context canceled", err)
	}
}

func TestAPanicInAVisitIsAnError(t *testing.T) {
	e := open(t, Options{})
	err := e.EncodeEach(t.Context(), []string{"x"}, KindQuery, func(int, *Encoding) { panic("oops") })
	if err == nil || !strings.Contains(err.Error(), "oops") {
		t.Errorf("error is %v, want one that names the panic", err)
	}
	if _, err := e.Encode(t.Context(), []string{"x"}, KindQuery); err != nil {
		t.Errorf("the engine does not work after a panic: %v", err)
	}
}

func TestConcurrentCallsGetTheirOwnResults(t *testing.T) {
	e := open(t, Options{Threads: 3})
	texts := documents(t, 16)
	want, err := e.Encode(t.Context(), texts, KindDocument)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range texts {
		group.Go(func() {
			got, err := e.Encode(t.Context(), texts[i:], KindDocument)
			if err != nil {
				t.Error(err)
				return
			}
			for j, enc := range got {
				if !slices.Equal(enc.Pooled, want[i+j].Pooled) {
					t.Errorf("call %d: text %d differs", i, j)
				}
			}
		})
	}
	group.Wait()
}

func TestAClosedEngineSaysSo(t *testing.T) {
	e, err := Open(tinyBi, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Encode(t.Context(), []string{"x"}, KindQuery); !errors.Is(err, ErrClosed) {
		t.Errorf("error is %v, want %v", err, ErrClosed)
	}
	if _, err := e.ScorePairs(t.Context(), "x", nil); !errors.Is(err, ErrNotCrossEncoder) {
		t.Errorf("error of pairs is %v, want %v", err, ErrNotCrossEncoder)
	}
	if n, words := e.CountTokens(KindQuery, "x"), e.Vocabulary(); n != 0 || words != nil {
		t.Errorf("%d tokens and a vocabulary of %d after the end", n, len(words))
	}
}

// The tokenizer of a prepared model lies in the file that Close unmaps.
func TestAClosedEngineCountsNothingOfAMappedTokenizer(t *testing.T) {
	e, err := Open(prepared(t, tinyBi), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := e.CountTokens(KindQuery, "the river"); n < 3 {
		t.Errorf("%d tokens before the end", n)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if n, words := e.CountTokens(KindQuery, "the river"), e.Vocabulary(); n != 0 || words != nil {
		t.Errorf("%d tokens and a vocabulary of %d after the end", n, len(words))
	}
}

func TestOpenRefusesWhatItCannotDo(t *testing.T) {
	for name, opt := range map[string]Options{
		"an unknown kernel":             {Kernel: "abacus"},
		"an unknown precision":          {Precision: "int3"},
		"no room for any token of text": {MaxTokens: 2},
	} {
		if e, err := Open(tinyBi, opt); err == nil {
			t.Errorf("%s: no error", name)
			_ = e.Close()
		}
	}
	t.Setenv(KernelEnv, "abacus")
	if e, err := Open(tinyBi, Options{}); err == nil || !strings.Contains(err.Error(), "abacus") {
		t.Errorf("an unknown kernel in $%s: error %v", KernelEnv, err)
		_ = e.Close()
	}
}

func TestInfoSaysWhatWasChosenAndWhy(t *testing.T) {
	info := open(t, Options{}).Info()
	t.Logf("%+v", info)
	if info.Model != "all-MiniLM-L6-v2" || info.Dim != 384 || info.MaxTokens != 256 || info.CrossEncoder || info.Threads != runtime.GOMAXPROCS(0) {
		t.Errorf("info is %+v", info)
	}
	if info.Digest != "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" {
		t.Errorf("digest is %s", info.Digest)
	}
	if info.Kernel != info.Kernels[0] || info.Reason == "" {
		t.Errorf("kernel %s of %v, reason %q", info.Kernel, info.Kernels, info.Reason)
	}
}

func TestVisitingAllocatesNothingPerText(t *testing.T) {
	if raceDetector {
		t.Skip("sync.Pool drops items at random under the race detector")
	}
	e := open(t, Options{})
	texts := documents(t, 60)
	visit := func(int, *Encoding) {}
	few := allocations(t, e, texts[:10], visit)
	many := allocations(t, e, texts, visit)
	t.Logf("%.0f allocations for 10 texts, %.0f for 60", few, many)
	if many > few || many > 2 {
		t.Errorf("%.0f allocations for 10 texts and %.0f for 60, want none but the call's own", few, many)
	}
}

func allocations(t *testing.T, e *Engine, texts []string, visit func(int, *Encoding)) float64 {
	return testing.AllocsPerRun(5, func() {
		if err := e.EncodeEach(context.Background(), texts, KindDocument, visit); err != nil {
			t.Error(err)
		}
	})
}

func FuzzEncode(f *testing.F) {
	e, err := Open(tinyBi, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = e.Close() })
	for _, s := range []string{"", "a", "\xff", strings.Repeat("é", 300), "[CLS] [SEP] [PAD]", "\u202e\u0000\U0010ffff"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		got, err := e.Encode(context.Background(), []string{a, b}, KindDocument)
		if err != nil {
			t.Fatal(err)
		}
		for _, enc := range got {
			checkUnit(t, enc.Pooled)
			if enc.UsedTokens > 48 || enc.Rows > enc.UsedTokens || enc.Truncated != (enc.TotalTokens > enc.UsedTokens) {
				t.Errorf("encoding has %d rows of %d tokens of %d", enc.Rows, enc.UsedTokens, enc.TotalTokens)
			}
		}
	})
}
