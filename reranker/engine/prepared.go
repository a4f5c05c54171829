// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model/safetensors"
	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

// PreparedFile is the name of the prepared weights in a model's directory.
const PreparedFile = "prepared.bin"

// preparedKind is that of the file.
const preparedKind = "prepared"

// Facts of the file.
const (
	factWeights   = "weights"        // digest of model.safetensors
	factTokenizer = "tokenizer.json" // and of that file
	factBound     = "bound"          // that the error of a score in int16 was measured to keep
)

// coarser are the precisions that prepared weights may be used in beside int16.
// The file notes under their names whether they keep their bounds, int8 with bfloat16
// beside bytes.
var coarser = []Precision{BFloat16, Int8}

// ErrTooCoarse says that a model has no prepared form: in int16 it would rank
// otherwise.
var ErrTooCoarse = tooCoarse(Int16)

func tooCoarse(p Precision) error { return fmt.Errorf("%s is too coarse for this model", p) }

// verdict is what a file notes of a coarser precision.
func verdict(p Precision, within bool) string {
	if within {
		return fmt.Sprintf("within %g", errorBound[p])
	}
	return fmt.Sprintf("not within %g", errorBound[p])
}

// Prepare writes the weights of the model in dir in the form in which int16
// uses them, and coarser precisions are made of, with the compiled tokenizer, to a file beside
// the model, after measuring that scores stay within their bound. Open then maps the file instead
// of packing weights, and does not need model.safetensors any more. A file that
// fits already is left alone unless anew is set; fresh is false then. Equal
// models give equal bytes on all machines with the same common kernels (kernel.Common).
// progress is told how many layers are done. A cancelled context ends it early, and leaves
// no file.
func Prepare(ctx context.Context, dir string, anew bool, progress func(done, total int)) (path string, fresh bool, err error) {
	path = filepath.Join(dir, PreparedFile)
	kernels := kernel.Available()[0]
	if !anew {
		if w, err := openPrepared(dir, kernels, Auto); err == nil {
			return path, false, w.close()
		}
	}
	m, err := model.Open(dir)
	if err != nil {
		return "", false, fmt.Errorf("prepare weights: %w", err)
	}
	err = errors.Join(writePrepared(ctx, path, dir, m, kernels, progress), m.Close())
	if err != nil {
		return "", false, fmt.Errorf("prepare weights: %w", err)
	}
	return path, true, nil
}

func writePrepared(ctx context.Context, path, dir string, m *model.Model, kernels *kernel.Set, progress func(done, total int)) error {
	corrections, err := correct(ctx, m, progress)
	if err != nil {
		return err
	}
	// Every machine notes the same: of int8, what its coarsest arrangement keeps, which has
	// bfloat16 where there are no bytes.
	p := probe{model: m, kernels: kernels.Assuming(BFloat16), corrections: corrections}
	d := sealed.NewDraft(preparedKind)
	for _, precision := range coarser {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, measured, err := p.try(precision)
		if err != nil {
			return err
		}
		d.Note(string(precision), verdict(precision, measured.within()))
	}
	fast, measured, err := p.try(Int16)
	if err != nil {
		return err
	}
	if !measured.within() {
		return fmt.Errorf("%w: %v", ErrTooCoarse, measured)
	}
	d.Note(factWeights, m.Digest())
	d.Note(factBound, fmt.Sprint(errorBound[Int16]))
	sum, err := fileDigest(filepath.Join(dir, model.TokenizerFile))
	if err != nil {
		return err
	}
	d.Note(factTokenizer, sum)
	if err := errors.Join(m.Tokenizer.Compile(d), fast.Seal(d, corrections)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.WriteFile(path)
}

func fileDigest(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// weights are a model with its encoder.
type weights struct {
	choice
	model *model.Model
	file  *sealed.File // nil for those of model.safetensors
	from  string       // which file they are from, and why

	tokenizer string // digest of tokenizer.json, where the prepared weights were compared with it
}

func (w *weights) close() error {
	err := w.model.Close()
	if w.file != nil {
		err = errors.Join(err, w.file.Close())
	}
	return err
}

// openWeights opens prepared weights where they fit the model, the kernels and
// the precision, and the original ones otherwise.
func openWeights(dir string, kernels *kernel.Set, asked Precision) (*weights, error) {
	asked, err := known(asked)
	if err != nil {
		return nil, err
	}
	why := ""
	_, err = os.Stat(filepath.Join(dir, model.WeightsFile))
	original := err == nil
	switch {
	case asked == Float32:
		why = PreparedFile + " has no float32"
	case asked == Auto && len(kernels.Fast) == 0 && original:
		why = fmt.Sprintf("float32 is the fastest on %s", kernels.Name)
	default:
		w, err := openPrepared(dir, kernels, asked)
		switch {
		case err == nil && (asked != Auto || kernels.IsFast(w.precision) || !original):
			return w, nil
		case err == nil:
			why = fmt.Sprintf("%s would be in %s, no faster than float32 on %s", PreparedFile, w.precision, kernels.Name)
			if err := w.close(); err != nil {
				return nil, err
			}
		case errors.Is(err, fs.ErrNotExist) && original:
			why = "there is no " + PreparedFile
		case original:
			why = err.Error()
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	w := &weights{from: fmt.Sprintf("%s: %s", model.WeightsFile, why)}
	if w.model, err = model.Open(dir); err != nil {
		return nil, err
	}
	if w.choice, err = choose(w.model, kernels, asked); err != nil {
		return nil, errors.Join(err, w.model.Close())
	}
	return w, nil
}

// openPrepared opens prepared weights that belong to what else is in dir. The
// checksum is computed beside the rest.
func openPrepared(dir string, kernels *kernel.Set, asked Precision) (_ *weights, err error) {
	f, err := sealed.Open(filepath.Join(dir, PreparedFile), preparedKind)
	if err != nil {
		return nil, err
	}
	verified := make(chan error, 1)
	go func() { verified <- f.Verify() }()
	w, err := unseal(dir, f, kernels, asked)
	if err = errors.Join(<-verified, err); err == nil {
		return w, nil
	}
	if w != nil {
		err = errors.Join(err, w.model.Close())
	}
	return nil, errors.Join(err, f.Close())
}

func unseal(dir string, f *sealed.File, kernels *kernel.Set, asked Precision) (*weights, error) {
	sum, err := fileDigest(filepath.Join(dir, model.TokenizerFile))
	if err != nil {
		return nil, err
	}
	if got := f.Fact(factTokenizer); got != sum {
		return nil, fmt.Errorf("%s was made with a %s with digest %s, that of the model is %s", f.Path(), model.TokenizerFile, got, sum)
	}
	if got, want := f.Fact(factBound), fmt.Sprint(errorBound[Int16]); got != want {
		return nil, fmt.Errorf("%s was held to the bound %q, want %s", f.Path(), got, want)
	}
	precision, reason, err := precisionOf(f, kernels, asked)
	if err != nil {
		return nil, err
	}
	t, err := tokenizer.FromCompiled(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	m, err := model.OpenPrepared(dir, model.Prepared{Tokenizer: t, Digest: f.Fact(factWeights)})
	if err != nil {
		return nil, err
	}
	e, err := encoder.Unseal(m.Config, kernels, precision, f)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return &weights{choice: choice{e, precision, reason}, model: m, file: f, from: PreparedFile, tokenizer: sum}, nil
}

// precisionOf is the precision in which prepared weights are used: the one asked
// for, or the fastest that was measured to be within its bound.
func precisionOf(f *sealed.File, kernels *kernel.Set, asked Precision) (_ Precision, reason string, err error) {
	within := map[Precision]bool{Int16: true}
	for _, p := range coarser {
		switch noted := f.Fact(string(p)); noted {
		case verdict(p, true):
			within[p] = true
		case verdict(p, false):
		default:
			return "", "", fmt.Errorf("%s says of %s that it is %q, want %q or %q", f.Path(), p, noted, verdict(p, true), verdict(p, false))
		}
	}
	if asked != Auto {
		return asked, "as asked", nil
	}
	coarse := ""
	for _, p := range kernels.Fast {
		if within[p] {
			return p, fmt.Sprintf("%s%s is the fastest on %s; prepared weights, measured to be within the bound %g of a score", coarse, p, kernels.Name, errorBound[p]), nil
		}
		coarse += fmt.Sprintf("%v, which is %s; ", tooCoarse(p), verdict(p, false))
	}
	return Int16, fmt.Sprintf("the prepared weights are int16, measured to be within the bound %g of a score", errorBound[Int16]), nil
}

// WeightsBytes is the size of the weights of the model in dir as they are computed
// with: of the original ones in float32, whatever the file holds, or of the prepared
// ones where there are no others.
func WeightsBytes(dir string) (int64, error) {
	path := filepath.Join(dir, model.WeightsFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Stat(filepath.Join(dir, PreparedFile))
	}
	if err != nil {
		return 0, err
	}
	if f, err := safetensors.Open(path); err == nil {
		return int64(f.Unpacked()), f.Close()
	}
	return info.Size(), nil // of prepared weights, or of what Open will find fault with
}
