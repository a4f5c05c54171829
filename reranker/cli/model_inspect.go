// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// inspection is what model inspect prints.
type inspection struct {
	model.Info
	Running running `json:"running"`
}

// running is how the engine runs the model here.
type running struct {
	Kernel       string   `json:"kernel"`
	Kernels      []string `json:"kernels"` // that this processor can run, best first
	Precision    string   `json:"precision"`
	Because      string   `json:"because"`
	Weights      string   `json:"weights"` // the file they are from, and why
	StaticTokens int      `json:"staticTokens"`
	Threads      int      `json:"threads"`
	MappedBytes  int64    `json:"mappedBytes"` // of files, shared between processes
	HeapBytes    uint64   `json:"heapBytes"`   // after some texts
	// TokensPerSecond and DocumentsPerSecond, of DocumentTokens tokens each, are
	// measured in a moment on the machine as it is.
	TokensPerSecond    float64 `json:"tokensPerSecond"`
	DocumentTokens     int     `json:"documentTokens"`
	DocumentsPerSecond float64 `json:"documentsPerSecond"`
}

func (c *command) modelInspect() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inspect [DIRECTORY]",
		Short: "Describe a model as JSON: architecture, precision, memory, speed here",
		Long: `Describe a model as JSON: its architecture and tensors, and how this machine runs
it: kernel, precision and why, memory, and the speed measured in a moment.`,
		Example: `  reranker model inspect models/all-MiniLM-L6-v2`,
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadForModel(cmd, args)
			if err != nil {
				return err
			}
			eng, err := openEngine(cfg)
			if err != nil {
				return err
			}
			defer eng.Close()
			var out inspection
			if out.Info, err = eng.Inspect(); err != nil {
				return modelError{err}
			}
			if out.Running, err = runs(cmd.Context(), eng); err != nil {
				return modelError{err}
			}
			e := json.NewEncoder(c.Out)
			e.SetIndent("", "  ")
			return e.Encode(out)
		},
	}
	addFlags(cmd, "model", "kernel", "precision", "threads")
	return cmd
}

// passage is an ordinary text of about 90 tokens.
var passage = strings.TrimSpace(strings.Repeat("The council decided on Tuesday that the old bridge is to be repaired before the winter, although the money for it has not been found yet. ", 3))

const (
	inspectTexts = 16
	inspectTurns = 3
)

// read has the model read documents as requests do, and returns the tokens that one
// of them takes: with the question, where the model reads both together.
func read(ctx context.Context, eng *engine.Engine, documents []string) (tokens int, err error) {
	if !eng.Info().CrossEncoder {
		tokens = min(eng.CountTokens(engine.KindDocument, documents[0]), eng.Info().MaxTokens)
		return tokens, eng.EncodeEach(ctx, documents, engine.KindDocument, func(int, *engine.Encoding) {})
	}
	scores, err := eng.ScorePairs(ctx, "When will the old bridge be repaired?", documents)
	if err != nil {
		return 0, err
	}
	return scores[0].UsedTokens, nil
}

// runs measures the best of a few turns.
func runs(ctx context.Context, eng *engine.Engine) (running, error) {
	info := eng.Info()
	r := running{
		Kernel: info.Kernel, Kernels: info.Kernels, Precision: string(info.Precision), Because: info.Reason,
		Weights: info.Weights, StaticTokens: info.StaticTokens, Threads: info.Threads, MappedBytes: info.MappedBytes,
	}
	texts := make([]string, inspectTexts)
	for i := range texts {
		texts[i] = passage
	}
	for range inspectTurns {
		start := time.Now()
		var err error
		if r.DocumentTokens, err = read(ctx, eng, texts); err != nil {
			return r, err
		}
		r.DocumentsPerSecond = max(r.DocumentsPerSecond, inspectTexts/max(time.Since(start).Seconds(), 1e-9))
	}
	r.TokensPerSecond = r.DocumentsPerSecond * float64(r.DocumentTokens)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	r.HeapBytes = memory.HeapInuse
	return r, nil
}
