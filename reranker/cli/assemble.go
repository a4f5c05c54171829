// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"runtime"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// parts is a ranker with what it stands on.
type parts struct {
	engine *engine.Engine
	ranker *rerank.Ranker
	info   engine.Info
	plan   memory.Plan
}

// assemble opens the model and builds a ranker over it. change may adjust the
// ranker's options; step is told what is being done.
func assemble(ctx context.Context, c config.Config, log *slog.Logger, change func(*rerank.Options), step func(string)) (*parts, error) {
	s := c.Settings
	step("checking the memory limit")
	need, err := needOf(s)
	if err != nil {
		return nil, err
	}
	if err := memory.CheckFit(need, s.MemoryLimit); err != nil {
		return nil, err
	}
	step("loading the model")
	eng, err := openEngine(c)
	if err != nil {
		return nil, err
	}
	p := &parts{engine: eng, plan: memory.Divide(need, s.MemoryLimit)}
	step("verifying the weights")
	p.info = eng.Info()
	if err := p.check(ctx, s); err != nil {
		return nil, errors.Join(err, eng.Close())
	}
	scorer, err := newScorer(s, eng)
	if err != nil {
		return nil, errors.Join(err, eng.Close())
	}
	opt := rerank.FromSettings(s)
	opt.Logger = log
	opt.RequestBytes, opt.CacheBytes = p.plan.Requests, p.plan.Cache
	opt.DocumentBytes = documentBytes(s, p.info)
	opt.Workers = c.Process.Threads
	if change != nil {
		change(&opt)
	}
	p.ranker = rerank.New(eng, scorer, opt)
	return p, nil
}

func needOf(s contract.Settings) (memory.Need, error) {
	size, err := engine.WeightsBytes(s.Model.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return memory.Need{}, modelError{missing(s.Model.Dir)}
	}
	if err != nil {
		return memory.Need{}, modelError{err}
	}
	return memory.Need{Weights: size, Cache: *s.Cache.MaxBytes}, nil
}

func openEngine(c config.Config) (*engine.Engine, error) {
	threads := c.Process.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	eng, err := engine.Open(c.Settings.Model.Dir, engine.Options{
		Threads: threads, Kernel: c.Process.Kernel, Precision: engine.Precision(c.Process.Precision),
	})
	if err != nil {
		return nil, modelError{err}
	}
	return eng, nil
}

// check compares the weights with what was asked for.
func (p *parts) check(ctx context.Context, s contract.Settings) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if want := s.Model.WeightsSHA256; want != "" && want != p.info.Digest {
		return modelError{&model.DigestError{Path: filepath.Join(s.Model.Dir, model.WeightsFile), Want: want, Got: p.info.Digest}}
	}
	if p.info.CrossEncoder && s.Method != contract.MethodClassical {
		return usageError{fmt.Errorf("%s is a cross-encoder, which has no vectors for method %s: set the method %s", s.Model.Dir, s.Method, contract.MethodClassical)}
	}
	if p.info.CrossEncoder && s.Diversify.StrengthPercent > 0 {
		return usageError{fmt.Errorf("%s is a cross-encoder, which has no vectors to diversify by: set diversify.strengthPercent to 0", s.Model.Dir)}
	}
	return nil
}

func newScorer(s contract.Settings, eng *engine.Engine) (*method.Scorer, error) {
	opt := method.FromSettings(s)
	opt.ModelDigest, opt.Vocabulary = eng.Info().Digest, eng.Vocabulary()
	var err error
	if opt.Calibration, err = readCalibration(s.Model.Dir, opt.ModelDigest, opt.Quantum.State); err != nil {
		return nil, modelError{err}
	}
	scorer, err := method.NewScorer(opt)
	if err != nil {
		return nil, usageError{err}
	}
	return scorer, nil
}

// documentBytes is what one prepared document holds: its vector, its words, and
// the basis of its subspace or all of its token states.
func documentBytes(s contract.Settings, info engine.Info) int64 {
	vectors := 1
	switch s.Quantum.State {
	case contract.QuantumStateMixed:
		vectors += s.Quantum.Rank
	case contract.QuantumStateOverlap, contract.QuantumStateFidelity:
		vectors += info.MaxTokens
	}
	return int64(4*info.Dim*vectors + 16*info.MaxTokens + 512)
}
