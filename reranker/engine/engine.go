// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package engine turns texts into vectors on the CPU: tokenizer, encoder and
// kernels behind one type.
//
// The texts of a call are divided into micro-batches of about equal numbers of
// tokens, which a fixed set of workers computes, one thread each. Concurrent
// calls share the workers fairly: each has one micro-batch waiting at a time.
// The context is looked at between micro-batches.
//
// A text's result depends on the text, the model, the precision and the kernel
// only: the same text gives the same bits in every call and every batch.
package engine

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/static"
)

// ErrClosed is the answer of an engine after Close.
var ErrClosed = errors.New("engine is closed")

// Options says how to run a model. The zero value is the best for this machine.
type Options struct {
	// Kernel names the kernel set; empty is the fastest that this CPU can run.
	// The environment variable QUANTUMRERANK_KERNEL is asked when it is empty.
	Kernel string
	// Precision is that of the linear layers; empty is Auto.
	Precision Precision
	// Threads is the number of workers; zero is one for each CPU that the
	// process may use.
	Threads int
	// MaxTokens shortens texts further than the model asks for; zero does not.
	MaxTokens int
	// BatchTokens is how many tokens a worker computes at a time; zero is a
	// size that suits the caches.
	BatchTokens int

	distilling bool // the table of static embeddings is being made
}

// Info describes a running engine.
type Info struct {
	Model        string // the name of the model's directory
	Digest       string // of the weights, "sha256:..."
	Architecture string
	CrossEncoder bool
	Dim          int // of vectors
	MaxTokens    int // of a text, special tokens included
	Kernel       string
	Kernels      []string // that this CPU can run, best first
	Precision    Precision
	Reason       string // for the precision
	Weights      string // the file that they are from, and why if it is not the prepared one
	Threads      int
	BatchTokens  int
	MappedBytes  int64 // of files, shared between processes
	StaticTokens int   // with a static embedding; 0 where the directory has no table
}

// Engine runs one model. It is safe for concurrent use.
type Engine struct {
	*weights
	kernels     *kernel.Set
	maxTokens   int
	batchTokens int
	threads     int
	frame       frame
	prompts     prompts
	static      *static.Table // nil where there is none

	open        sync.RWMutex // held for reading by calls in flight
	closed      bool
	jobs        chan job
	workers     sync.WaitGroup
	requests    sync.Pool // of *request
	comparisons sync.Pool // of *comparison
}

// Open loads the model in dir and starts the workers.
func Open(dir string, opt Options) (*Engine, error) {
	kernels, err := kernel.Select(kernelName(opt.Kernel))
	if err != nil {
		return nil, fmt.Errorf("open engine: %w", err)
	}
	if opt.distilling {
		kernels = kernels.Limited(kernel.Int16)
	}
	w, err := openWeights(dir, kernels, opt.Precision)
	if err != nil {
		return nil, fmt.Errorf("open engine: %w", err)
	}
	e, err := newEngine(w, kernels, opt)
	if err == nil && !opt.distilling {
		e.static, err = openStatic(dir, w)
	}
	if err != nil {
		return nil, fmt.Errorf("open engine: %w", errors.Join(err, w.close()))
	}
	e.startWorkers()
	return e, nil
}

func newEngine(w *weights, kernels *kernel.Set, opt Options) (*Engine, error) {
	e := &Engine{weights: w, kernels: kernels, frame: frameOf(w.model.Tokenizer)}
	e.prompts = promptsOf(w.model, e.frame)
	var err error
	if e.maxTokens, err = maxTokens(w.model, opt.MaxTokens, e.frame); err != nil {
		return nil, err
	}
	if w.file == nil {
		// Packing leaves behind several times what stays; a pod's memory is bounded.
		debug.FreeOSMemory()
	}
	e.threads = positive(opt.Threads, runtime.GOMAXPROCS(0))
	e.batchTokens = positive(opt.BatchTokens, defaultBatchTokens(kernels))
	e.requests.New = func() any { return new(request) }
	return e, nil
}

// startWorkers begins the work: from here on the engine must be closed.
func (e *Engine) startWorkers() {
	e.jobs = make(chan job)
	for range e.threads {
		e.workers.Add(1)
		go e.work()
	}
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// maxTokens is the smallest of what the model can do and what was asked for.
func maxTokens(m *model.Model, asked int, f frame) (int, error) {
	n := positive(m.Config.MaxTokens, m.Config.MaxPositions)
	n = min(n, m.Config.MaxPositions, positive(asked, n))
	if n <= f.tokens() {
		return 0, fmt.Errorf("max tokens is %d, want more than the %d special tokens of every text", n, f.tokens())
	}
	return n, nil
}

// defaultBatchTokens keeps the activations of a batch within the second-level
// cache while weights are still read rarely. Plain Go is so much slower that
// smaller batches are needed to notice a cancelled context in time.
func defaultBatchTokens(s *kernel.Set) int {
	if s.Name == "generic" {
		return 64
	}
	return 192
}

// Info describes the engine. The first call reads the weights file for its
// digest.
func (e *Engine) Info() Info {
	c := &e.model.Config
	return Info{
		Model:        e.model.Name(),
		Digest:       e.model.Digest(),
		Architecture: c.Architecture,
		CrossEncoder: c.NumLabels > 0,
		Dim:          c.HiddenSize,
		MaxTokens:    e.maxTokens,
		Kernel:       e.kernels.Name,
		Kernels:      kernel.Names(),
		Precision:    e.precision,
		Reason:       withLeftOut(e.reason, kernel.LeftOut()),
		Weights:      e.from,
		Threads:      e.threads,
		BatchTokens:  e.batchTokens,
		MappedBytes:  e.mappedBytes(),
		StaticTokens: e.staticTokens(),
	}
}

// withLeftOut adds to why a precision was chosen which kernels were not.
func withLeftOut(reason string, kernels []string) string {
	for _, k := range kernels {
		reason += "; left out is " + k
	}
	return reason
}

// mappedBytes is the size of the weights and tables that are views of files.
func (e *Engine) mappedBytes() int64 {
	n := e.model.MappedBytes()
	if e.file != nil {
		n += e.file.Size()
	}
	if e.static != nil {
		n += e.static.Bytes()
	}
	return n
}

// Inspect describes the model's files.
func (e *Engine) Inspect() (model.Info, error) { return e.model.Inspect() }

// Vocabulary returns the tokens of the model in the order of their ids; none once
// the engine is closed.
func (e *Engine) Vocabulary() []string {
	e.open.RLock()
	defer e.open.RUnlock()
	if e.closed {
		return nil
	}
	return e.model.Tokenizer.Vocabulary()
}

// CountTokens is the number of tokens that the encoder would read of the whole
// text: special ones and the model's prefix for the kind of text included. It is
// 0 once the engine is closed.
func (e *Engine) CountTokens(kind Kind, text string) int {
	e.open.RLock()
	defer e.open.RUnlock()
	if e.closed {
		return 0
	}
	var few [8]int32
	_, total := e.model.Tokenizer.Encode(few[:0], prefix(&e.model.Config, kind)+text, len(few))
	return total
}

// Close waits for calls in flight, stops the workers and releases the model.
func (e *Engine) Close() error {
	e.open.Lock()
	defer e.open.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	close(e.jobs)
	e.workers.Wait()
	err := e.weights.close()
	if e.static != nil {
		err = errors.Join(err, e.static.Close())
	}
	return err
}
