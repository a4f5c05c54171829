// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// probe asks path at a constant interval until ctx ends, as a kubelet does, and
// returns how long the answers took.
func probe(ctx context.Context, client *http.Client, url string, every time.Duration) (times, error) {
	var took times
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		d, err := ask(ctx, client, url)
		switch {
		case ctx.Err() != nil:
			slices.Sort(took)
			return took, nil
		case err != nil:
			return nil, err
		}
		took = append(took, d)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func ask(ctx context.Context, client *http.Client, url string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	from := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return time.Since(from), nil
}
