// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"encoding/binary"
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
	if path, fresh, err := Prepare(t.Context(), dir, false, unwatched); err != nil || !fresh || path != filepath.Join(dir, PreparedFile) {
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
	if _, fresh, err := Prepare(t.Context(), dir, false, unwatched); err != nil || fresh {
		t.Errorf("prepared again: fresh %v, error %v", fresh, err)
	}
}

// Images are reproducible: every machine with AVX2 makes the same file. What other
// machines make differs in its corrections alone, which depend on the last bits of
// inputs. Whoever means to change it notes the new digest here, and counts
// encoder.Layout, kernel.Packing or the version of package sealed up.
func TestPreparingGivesTheSameBytesEverywhere(t *testing.T) {
	for dir, want := range map[string]struct{ whole, uncorrected string }{
		tinyBi: {
			"sha256:d8eb37941df10239f678f0bbe52f50dbfb84449040c76ea8ea975bc165c08423",
			"sha256:c0f8b9c79f81f67c529330ffacdc4ecfdabb3d5ff74456ed14bdcab24ab0cc5f",
		},
		tinyCross: {
			"sha256:6c4bf23b4f77fa81a1f21474e8caf8eabb11bfdd49f692599ddba4a9f3d62cbe",
			"sha256:40f14175db89afd26b51f3910dd7fc6243ebc9ceb2565656d1c5efa85784e21b",
		},
	} {
		got, err := fileDigest(filepath.Join(prepared(t, dir), PreparedFile))
		if kernel.Common().Name == "avx2" && (err != nil || got != want.whole) {
			t.Errorf("the prepared %s has digest %s, %v, want %s", dir, got, err, want.whole)
		}
		if got := uncorrectedDigest(t, dir); got != want.uncorrected {
			t.Errorf("the prepared %s without corrections has digest %s, want %s", dir, got, want.uncorrected)
		}
	}
}

// uncorrectedDigest is that of a file without corrections.
func uncorrectedDigest(t *testing.T, dir string) string {
	t.Helper()
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	e, err := encoder.New(m, kernel.Available()[0], Int16, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, path := sealed.NewDraft(preparedKind), filepath.Join(t.TempDir(), PreparedFile)
	if err := errors.Join(m.Tokenizer.Compile(d), e.Seal(d, nil), d.WriteFile(path)); err != nil {
		t.Fatal(err)
	}
	digest, err := fileDigest(path)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// What a file notes does not depend on the machine that made it.
func TestNotesAreOfTheSameArrangementEverywhere(t *testing.T) {
	dir := copyModel(t, tinyBi)
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	corrections, err := correct(t.Context(), m, unwatched)
	if err != nil {
		t.Fatal(err)
	}
	try := func(beside Precision) deviation {
		p := probe{model: m, kernels: kernel.Default().Assuming(Int8, beside), corrections: corrections}
		_, measured, err := p.try(Int8)
		if err != nil {
			t.Fatal(err)
		}
		return measured
	}
	coarse, fine := try(BFloat16), try(Int16)
	if coarse.largest == fine.largest {
		t.Fatalf("int8 errs by %g with bfloat16 and with int16 beside bytes", fine.largest)
	}
	before := errorBound
	t.Cleanup(func() { errorBound = before })
	errorBound = map[Precision]float64{BFloat16: 1, Int16: 1, Int8: (coarse.largest + fine.largest) / 2}
	want := verdict(Int8, coarse.within())
	for _, fast := range [][]Precision{{BFloat16, Int8, Int16}, {Int8, Int16}, {Int8}, nil} {
		path := filepath.Join(t.TempDir(), PreparedFile)
		if err := writePrepared(t.Context(), path, dir, m, kernel.Default().Assuming(fast...), unwatched); err != nil {
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
	enc, err := encoder.New(m, kernels, Int16, nil)
	if err != nil {
		f.Fatal(err)
	}
	corrections, err := correct(f.Context(), m, unwatched)
	if err != nil {
		f.Fatal(err)
	}
	whole := sealed.NewDraft(preparedKind)
	if err := enc.Seal(whole, corrections); err != nil {
		f.Fatal(err)
	}
	shape := whole.Fact("shape")
	f.Add(shape, "words", []byte{1, 2})
	f.Add(shape, "layer.0.qkv.limits", []byte{0, 0, 0x80, 0x7f})
	f.Add(shape, "layer.0.expand.0.corrections", []byte{1, 2, 3})
	f.Add("", "", []byte(nil))
	path := filepath.Join(f.TempDir(), PreparedFile)
	f.Fuzz(func(t *testing.T, shape, name string, content []byte) {
		d := sealed.NewDraft(preparedKind)
		if err := enc.Seal(d, corrections); err != nil {
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
			if err := got.Forward(got.NewArena(4), batch, encoder.AllTokens); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// unwatched is for those who do not care how far the work is.
func unwatched(int, int) {}

// Half the file is no half of the memory: weights are computed with in float32, or in
// integers that were packed from it.
func TestWeightsOfHalfPrecisionAreCountedInFull(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, model.WeightsFile)
	header := `{"a": {"dtype": "BF16", "shape": [50], "data_offsets": [0, 100]}}`
	raw := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	raw = append(raw, make([]byte, 100)...)
	for what, tc := range map[string]struct {
		raw  []byte
		want int64
	}{"halves": {raw, 200}, "a damaged file": {raw[:70], 70}} {
		if err := os.WriteFile(name, tc.raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := WeightsBytes(dir); err != nil || got != tc.want {
			t.Errorf("%s: %d bytes, %v, want %d", what, got, err, tc.want)
		}
	}
}

func TestAPreparationThatIsEndedEarlyLeavesNoFile(t *testing.T) {
	dir := copyModel(t, tinyBi)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := Prepare(ctx, dir, true, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, PreparedFile+"*")); left != nil {
		t.Errorf("%v are there", left)
	}
}
