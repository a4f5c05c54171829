// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command encode lets a benchmark in another language drive the engine. It
// reads requests from standard input, one JSON object {"texts": [...]} a line,
// and answers each with {"wall_ms", "cpu_ms", "tokens", "vectors"}. The first
// line that it writes describes the engine.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

type request struct {
	Texts []string `json:"texts"`
}

type response struct {
	WallMs  float64     `json:"wall_ms"`
	CPUMs   float64     `json:"cpu_ms"`
	Tokens  int         `json:"tokens"`
	Vectors [][]float32 `json:"vectors"`
}

func main() {
	model := flag.String("model", "bin/models/all-MiniLM-L6-v2", "directory of the model")
	precision := flag.String("precision", "auto", "auto, float32, bfloat16, int16 or int8")
	kernel := flag.String("kernel", "", "kernel set, empty for the fastest")
	threads := flag.Int("threads", 0, "workers, 0 for one for each CPU")
	flag.Parse()
	opt := engine.Options{Precision: engine.Precision(*precision), Kernel: *kernel, Threads: *threads}
	if err := serve(os.Stdin, os.Stdout, *model, opt); err != nil {
		fmt.Fprintln(os.Stderr, "encode:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer, model string, opt engine.Options) error {
	start := time.Now()
	e, err := engine.Open(model, opt)
	if err != nil {
		return err
	}
	defer e.Close()
	opened := time.Since(start)
	encoder := json.NewEncoder(out)
	if err := encoder.Encode(struct {
		engine.Info
		OpenMs float64
	}{e.Info(), milliseconds(opened)}); err != nil {
		return err
	}
	decoder := json.NewDecoder(bufio.NewReader(in))
	for {
		var r request
		if err := decoder.Decode(&r); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		answer, err := measure(e, r.Texts)
		if err != nil {
			return err
		}
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
}

func measure(e *engine.Engine, texts []string) (*response, error) {
	answer := &response{Vectors: make([][]float32, len(texts))}
	tokens := make([]int, len(texts))
	start, cpu := time.Now(), cpuTime()
	err := e.EncodeEach(context.Background(), texts, engine.KindDocument, func(i int, enc *engine.Encoding) {
		answer.Vectors[i] = append([]float32(nil), enc.Pooled...)
		tokens[i] = enc.UsedTokens
	})
	answer.WallMs, answer.CPUMs = milliseconds(time.Since(start)), milliseconds(cpuTime()-cpu)
	for _, n := range tokens {
		answer.Tokens += n
	}
	return answer, err
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
