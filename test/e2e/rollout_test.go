// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// load asks without pause from a few callers until it is stopped: every other
// one on connections that it keeps, the rest on a new one for each request.
type load struct {
	stop     context.CancelFunc
	done     sync.WaitGroup
	mutex    sync.Mutex
	requests int
	failures []string
}

func startLoad(t *testing.T, api endpoint, callers int) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{stop: stop}
	for caller := range callers {
		connection := api
		if caller%2 == 1 {
			connection = api.reconnecting()
		}
		l.done.Go(func() { l.ask(ctx, connection, caller) })
	}
	t.Cleanup(func() { stop(); l.done.Wait() })
	return l
}

// ask sends documents that no cache has seen.
func (l *load) ask(ctx context.Context, api endpoint, caller int) {
	for number := 0; ctx.Err() == nil; number++ {
		request := rerank.Request{Query: "how do I keep bread fresh", Documents: []string{
			fmt.Sprintf("Wrap loaf %d of caller %d in a cloth.", number, caller),
			fmt.Sprintf("Bicycle %d of caller %d needs oil.", number, caller),
		}}
		// A request that is under way when the load stops is finished.
		begin := time.Now()
		got, err := api.rerank(context.WithoutCancel(ctx), request)
		if err == nil && len(got.Results) != 2 {
			err = fmt.Errorf("%d results", len(got.Results))
		}
		l.mutex.Lock()
		l.requests++
		if err != nil {
			l.failures = append(l.failures, fmt.Sprintf("%s after %s: %v", begin.Format("15:04:05.000"), time.Since(begin), err))
		}
		l.mutex.Unlock()
	}
}

// count is how many requests have been answered so far.
func (l *load) count() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.requests
}

// finish stops the load and fails the test if a single request failed.
func (l *load) finish(t *testing.T) {
	t.Helper()
	l.stop()
	l.done.Wait()
	t.Logf("%d requests, %d failed", l.requests, len(l.failures))
	if len(l.failures) > 0 {
		t.Errorf("%d of %d requests failed:\n%.4000s", len(l.failures), l.requests, fmt.Sprint(l.failures))
	}
}

// Three updates of the method roll all pods, and no caller notices.
func TestRolloutLosesNoRequest(t *testing.T) {
	rr := create(t, small(newNamespace(t), "roll", func(s *v1alpha1.RerankerSpec) { s.Replicas = ptr(int32(2)) }))
	untilReady(t, rr, withinReady)
	untilRolled(t, rr, 2)
	api := service(t, rr)
	load := startLoad(t, api, 4)
	for _, method := range []v1alpha1.Method{contract.MethodClassical, contract.MethodQuantum, contract.MethodHybrid} {
		before := load.count()
		change(t, rr, func(s *v1alpha1.RerankerSpec) { s.Method = method })
		untilRolled(t, rr, 2)
		eventually(t, withinRepair, "answers by the new method", func(ctx context.Context) error {
			got, err := api.reconnecting().rerank(ctx, rerank.Request{Query: "q", Documents: []string{"a"}})
			if err == nil && got.Method != string(method) {
				err = fmt.Errorf("the method is %q, want %q", got.Method, method)
			}
			return err
		})
		if answered := load.count() - before; answered < 20 {
			t.Errorf("only %d requests during the rollout to %s: nothing was tested", answered, method)
		}
	}
	load.finish(t)
}
