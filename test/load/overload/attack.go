// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// target is a request in vegeta's words.
type target struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Body   []byte      `json:"body"`
	Header http.Header `json:"header"`
}

// hit is one answer in vegeta's words.
type hit struct {
	Code    int           `json:"code"`
	Latency time.Duration `json:"latency"`
	Body    []byte        `json:"body"`
	Error   string        `json:"error"`
}

// attack has vegeta send requests at a constant rate, and returns what came
// back.
func attack(ctx context.Context, vegeta, url string, header http.Header, t *texts, rate int, d time.Duration) ([]hit, error) {
	in, err := os.CreateTemp("", "targets")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(in.Name()) }()
	defer in.Close()
	if err := writeTargets(in, url, header, t, rate*int(d/time.Second)); err != nil {
		return nil, err
	}
	send := exec.CommandContext(ctx, vegeta, "attack", "-format=json", "-targets="+in.Name(), "-timeout=15s",
		fmt.Sprintf("-rate=%d/1s", rate), "-duration="+d.String())
	decode := exec.CommandContext(ctx, vegeta, "encode", "--to=json")
	send.Stderr, decode.Stderr = os.Stderr, os.Stderr
	if decode.Stdin, err = send.StdoutPipe(); err != nil {
		return nil, err
	}
	out, err := decode.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := send.Start(); err != nil {
		return nil, err
	}
	if err := decode.Start(); err != nil {
		return nil, err
	}
	hits, readErr := readHits(out)
	if err := decode.Wait(); err != nil {
		return nil, fmt.Errorf("vegeta encode: %w", err)
	}
	if err := send.Wait(); err != nil {
		return nil, fmt.Errorf("vegeta attack: %w", err)
	}
	return hits, readErr
}

func writeTargets(w io.Writer, url string, header http.Header, t *texts, n int) error {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	for range n {
		if err := enc.Encode(target{http.MethodPost, url + "/v1/rerank", t.body(), header}); err != nil {
			return err
		}
	}
	return buf.Flush()
}

func readHits(r io.Reader) ([]hit, error) {
	var hits []hit
	for dec := json.NewDecoder(r); ; {
		var h hit
		if err := dec.Decode(&h); err == io.EOF {
			return hits, nil
		} else if err != nil {
			return nil, fmt.Errorf("read vegeta's results: %w", err)
		}
		hits = append(hits, h)
	}
}
