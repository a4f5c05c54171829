// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// callers keep the server busy without ever filling its house. On a machine
// that others use as well one of them may be refused all the same.
const (
	callers = 3
	pause   = 100 * time.Millisecond
)

var errRefused = errors.New("refused")

// capacity is how many requests a second the server answers in full when each
// caller waits for its answer before it asks again.
func capacity(ctx context.Context, url string, documents, tokens int, d time.Duration) (float64, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	answered, failure := 0, error(nil)
	from := time.Now()
	for i := range callers {
		wg.Go(func() {
			t := newTexts(uint64(1000+i), documents, tokens)
			for time.Since(from) < d {
				err := rank(ctx, url, t.body())
				if errors.Is(err, errRefused) {
					<-time.After(pause)
					continue
				}
				mu.Lock()
				answered++
				failure = errors.Join(failure, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(answered) / time.Since(from).Seconds(), failure
}

func rank(ctx context.Context, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/rerank", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Rerank-Degradation", "Never")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if resp.StatusCode == http.StatusTooManyRequests {
		return errRefused
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", resp.Status, text)
	}
	return err
}
