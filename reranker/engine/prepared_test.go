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

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// prepared is a copy of a model with its prepared weights.
func prepared(t testing.TB, dir string) string {
	t.Helper()
	dir = copyModel(t, dir)
	if path, fresh, err := Prepare(dir, false); err != nil || !fresh || path != filepath.Join(dir, PreparedFile) {
		t.Fatalf("prepared %q, fresh %v, error %v", path, fresh, err)
	}
	return dir
}

func TestPreparedWeightsGiveTheSameBitsWithEverySet(t *testing.T) {
	dir := prepared(t, tinyBi)
	texts := []string{"the river bank", "money in the bank", "", "ein Fluß"}
	for _, name := range kernelsToTest() {
		for _, precision := range []Precision{Int16, Int8, BFloat16} {
			t.Run(name+"/"+string(precision), func(t *testing.T) {
				opt := Options{Kernel: name, Precision: precision}
				want, err := openDir(t, tinyBi, opt).Encode(t.Context(), texts, KindDocument)
				if err != nil {
					t.Fatal(err)
				}
				e := openDir(t, dir, opt)
				if info := e.Info(); info.Weights != PreparedFile || info.Precision != precision {
					t.Fatalf("weights are from %q in %s", info.Weights, info.Precision)
				}
				got, err := e.Encode(t.Context(), texts, KindDocument)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("encodings differ (-packed +prepared):\n%.400s", diff)
				}
			})
		}
	}
}

func TestPreparedCrossEncodersGiveTheSameLogits(t *testing.T) {
	dir := prepared(t, tinyCross)
	documents := []string{"the river bank", "money"}
	want, err := openDir(t, tinyCross, Options{Precision: Int16}).ScorePairs(t.Context(), "a bank", documents)
	if err != nil {
		t.Fatal(err)
	}
	e := openDir(t, dir, Options{Precision: Int16})
	if info := e.Info(); info.Weights != PreparedFile {
		t.Fatalf("weights are from %q", info.Weights)
	}
	if got, err := e.ScorePairs(t.Context(), "a bank", documents); err != nil || !slices.Equal(got, want) {
		t.Errorf("scores %v, error %v, want %v", got, err, want)
	}
}

func TestPreparedWeightsNeedNoOthers(t *testing.T) {
	dir := prepared(t, tinyBi)
	digest := openDir(t, dir, Options{}).Info().Digest
	if err := os.Remove(filepath.Join(dir, model.WeightsFile)); err != nil {
		t.Fatal(err)
	}
	for _, name := range kernelsToTest() {
		e := openDir(t, dir, Options{Kernel: name})
		if info := e.Info(); info.Digest != digest || info.Precision == Float32 {
			t.Errorf("%s: digest %s, want %s; precision %s", name, info.Digest, digest, info.Precision)
		}
	}
	e := openDir(t, dir, Options{})
	if info, err := e.Inspect(); err != nil || info.Parameters == 0 || info.Bytes != 0 || info.Digest != digest {
		t.Errorf("inspected %+v, error %v", info, err)
	}
	if _, err := Open(dir, Options{Precision: Float32}); err == nil || !strings.Contains(err.Error(), model.WeightsFile) {
		t.Errorf("float32 without %s: error %v does not name it", model.WeightsFile, err)
	}
	if _, fresh, err := Prepare(dir, false); err != nil || fresh {
		t.Errorf("prepared again: fresh %v, error %v", fresh, err)
	}
}

// Images are reproducible: every machine, with or without assembly, makes the
// same file. Whoever means to change it notes the new digest here, and counts
// encoder.Layout or kernel.Packing up.
func TestPreparingGivesTheSameBytesEverywhere(t *testing.T) {
	for dir, want := range map[string]string{
		tinyBi:    "sha256:f468277604aaea47407dbe5b8a8889481fffcbba4adfbd05e8827ea7dcc24b9e",
		tinyCross: "sha256:059bced0b3296936ccd68ceb4513285170bd462ea6f968856b944db2b4268fbf",
	} {
		got, err := fileDigest(filepath.Join(prepared(t, dir), PreparedFile))
		if err != nil || got != want {
			t.Errorf("the prepared %s has digest %s, %v, want %s", dir, got, err, want)
		}
	}
}

// What a file notes does not depend on the machine that made it.
func TestNotesAreOfTheSameArrangementEverywhere(t *testing.T) {
	dir := copyModel(t, tinyBi)
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	coarse := probe{model: m, kernels: kernel.Default().Assuming(Int8, Int16)}
	_, of16, err := coarse.try(Int8)
	if err != nil {
		t.Fatal(err)
	}
	fine := probe{model: m, kernels: kernel.Default().Assuming(Int8)}
	_, of32, err := fine.try(Int8)
	if err != nil || of16.largest == of32.largest {
		t.Fatalf("int8 errs by %g with int16 and by %g with float32 beside bytes, error %v", of16.largest, of32.largest, err)
	}
	before := errorBound
	t.Cleanup(func() { errorBound = before })
	errorBound = map[Precision]float64{BFloat16: 1, Int16: 1, Int8: (of16.largest + of32.largest) / 2}
	want := verdict(Int8, of16.within())
	for _, fast := range [][]Precision{{Int8, Int16}, {Int8}, nil} {
		path := filepath.Join(t.TempDir(), PreparedFile)
		if err := writePrepared(path, dir, m, kernel.Default().Assuming(fast...)); err != nil {
			t.Fatal(err)
		}
		f, err := sealed.Open(path, preparedKind)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Fact(string(Int8)); got != want {
			t.Errorf("made where %v is fast: noted %q, want %q", fast, got, want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What does not fit is not used, and Info says why.
func TestPreparedWeightsThatDoNotFitAreNotUsed(t *testing.T) {
	edit := func(t *testing.T, path, old, with string) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(data), old, with, 1)
		if text == string(data) {
			t.Fatalf("%s does not contain %q", path, old)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flip := func(t *testing.T, path string, fromEnd int64) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[int64(len(data))-fromEnd] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"another tokenizer": {func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, model.TokenizerFile), `"version"`, ` "version"`)
		}, "was made with a tokenizer.json"},
		"other weights": {func(t *testing.T, dir string) { flip(t, filepath.Join(dir, model.WeightsFile), 3) }, "has digest sha256:"},
		"a flipped bit": {func(t *testing.T, dir string) { flip(t, filepath.Join(dir, PreparedFile), 3) }, "has the checksum"},
		"a cut file": {func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, PreparedFile), 5000); err != nil {
				t.Fatal(err)
			}
		}, "damaged"},
		"no file": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, PreparedFile)); err != nil {
				t.Fatal(err)
			}
		}, "there is no prepared.bin"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := prepared(t, tinyBi)
			tc.spoil(t, dir)
			e := openDir(t, dir, Options{Precision: Int16})
			if info := e.Info(); !strings.HasPrefix(info.Weights, model.WeightsFile+": ") || !strings.Contains(info.Weights, tc.want) {
				t.Errorf("weights are from %q, want %q in it", info.Weights, tc.want)
			}
		})
	}
}

func TestDamagedPreparedWeightsAloneAreAnError(t *testing.T) {
	dir := prepared(t, tinyBi)
	path := filepath.Join(dir, PreparedFile)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, model.WeightsFile)), os.Truncate(path, info.Size()-1)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, sealed.ErrDamaged) {
		t.Errorf("error %v does not say that the file is damaged", err)
	}
}

// A file whose checksums hold may still say anything.
func FuzzUnseal(f *testing.F) {
	m, err := model.Open(tinyBi)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = m.Close() })
	kernels := kernel.Available()[0]
	enc, err := encoder.New(m, kernels, Int16)
	if err != nil {
		f.Fatal(err)
	}
	whole := sealed.NewDraft(preparedKind)
	if err := enc.Seal(whole); err != nil {
		f.Fatal(err)
	}
	shape := whole.Fact("shape")
	f.Add(shape, "words", []byte{1, 2})
	f.Add(shape, "layer.0.qkv.limits", []byte{0, 0, 0x80, 0x7f})
	f.Add("", "", []byte(nil))
	path := filepath.Join(f.TempDir(), PreparedFile)
	f.Fuzz(func(t *testing.T, shape, name string, content []byte) {
		d := sealed.NewDraft(preparedKind)
		if err := enc.Seal(d); err != nil {
			t.Fatal(err)
		}
		d.Note("shape", shape)
		sealed.Set(d, name, content)
		if err := d.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		file, err := sealed.Open(path, preparedKind)
		if err != nil {
			return
		}
		defer file.Close()
		for _, precision := range []Precision{Int16, Int8, BFloat16} {
			got, err := encoder.Unseal(m.Config, kernels, precision, file)
			if err != nil {
				return
			}
			batch := &encoder.Batch{}
			batch.Add([]int32{2, 40, 291, 3}, 4)
			if err := got.Forward(got.NewArena(4), batch); err != nil {
				t.Fatal(err)
			}
		}
	})
}
