// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// stream sends requests at a steady rate, whether or not earlier ones were
// answered: callers do not slow down because a server is slow.
type stream struct {
	stop context.CancelFunc
	done sync.WaitGroup
	mu   sync.Mutex
	// answers counts by status; 0 is no answer at all.
	answers map[int]int
}

// mostInFlight bounds the stream when nothing is answered any more.
const mostInFlight = 256

func startStream(t *testing.T, api endpoint, request rerank.Request, rate float64) *stream {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s := &stream{stop: stop, answers: map[int]int{}}
	s.done.Go(func() { s.send(ctx, api, body, time.Duration(float64(time.Second)/rate)) })
	t.Cleanup(func() { stop(); s.done.Wait() })
	return s
}

func (s *stream) send(ctx context.Context, api endpoint, body []byte, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	slots := make(chan struct{}, mostInFlight)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		select {
		case slots <- struct{}{}:
			s.done.Go(func() {
				defer func() { <-slots }()
				got, _ := api.do(context.WithoutCancel(ctx), http.MethodPost, contract.PathRerank, body)
				s.mu.Lock()
				defer s.mu.Unlock()
				s.answers[got.status]++
			})
		default:
		}
	}
}

func (s *stream) stopAndTell(t *testing.T) {
	t.Helper()
	s.stop()
	s.done.Wait()
	t.Logf("answers by status: %v", s.answers)
}
