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
	"sync"
	"time"
)

// tally counts answers by what they say.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
	// unclear are the first answers that say nothing that a caller could use.
	unclear []string
}

func (t *tally) add(what string, clear bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[what]++
	if !clear && len(t.unclear) < 5 {
		t.unclear = append(t.unclear, what)
	}
}

// client waits for the server's word before it sends a large body, as curl
// does, and for no answer longer than a minute.
var client = &http.Client{
	Timeout:   time.Minute,
	Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second, MaxIdleConnsPerHost: 16},
}

// send sends one body and notes what came back.
func (t *tally) send(ctx context.Context, url string, b body) {
	r, w := io.Pipe()
	go func() {
		buffered := bufio.NewWriterSize(w, 1<<16)
		err := b.write(buffered)
		if err == nil {
			err = buffered.Flush()
		}
		w.CloseWithError(err)
	}()
	defer func() { _ = r.Close() }() // ends the writer
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/rerank", r)
	if err != nil {
		t.add(err.Error(), false)
		return
	}
	req.ContentLength = b.size()
	req.Header.Set("Content-Type", "application/json")
	if req.ContentLength > 1<<20 {
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			t.add(err.Error(), false)
		}
		return
	}
	defer resp.Body.Close()
	what, ok := judge(resp)
	t.add(what, ok)
}

// judge says what an answer is: ranked, or a refusal that names its reason.
func judge(resp *http.Response) (what string, clear bool) {
	var a struct {
		Results []json.RawMessage `json:"results"`
		Code    string            `json:"code"`
		Message string            `json:"message"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return fmt.Sprintf("%d: %v", resp.StatusCode, err), false
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return "200", len(a.Results) > 0
	case http.StatusRequestEntityTooLarge, http.StatusTooManyRequests, http.StatusGatewayTimeout:
		return fmt.Sprintf("%d %s", resp.StatusCode, a.Code), a.Code != "" && a.Message != ""
	}
	return fmt.Sprintf("%d %s: %s", resp.StatusCode, a.Code, a.Message), false
}

// round sends n bodies at once.
func (t *tally) round(ctx context.Context, url string, n int, make func(i int) body) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { t.send(ctx, url, make(i)) })
	}
	wg.Wait()
}
