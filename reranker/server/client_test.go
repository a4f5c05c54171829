// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/guard/quota"
)

// TestOurOwnClientAndServerUnderstandEachOther says by our client what the
// server's tests say in JSON.
func TestOurOwnClientAndServerUnderstandEachOther(t *testing.T) {
	t.Parallel()
	const key = "s3cret-key-0123456789"
	p := wordPod()
	p.keys = oneKey(key)
	p.quotas = quota.New(quota.Options{PerMinute: 3, Now: func() time.Time { return time.Unix(1, 0) }})
	pod := httptest.NewServer(p.Handler())
	defer pod.Close()
	open := func(key string) *client.Client {
		c, err := client.New(pod.URL, client.WithKey(key), client.WithRetry(client.NoRetry), client.WithHTTPClient(pod.Client()))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := open(key)
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	a, err := c.Rerank(t.Context(), client.Request{
		Query: "q", Documents: []string{"a b c xx", "x"}, Method: "hybrid", TopK: 1, MaxChunks: 2, Priors: []float64{1, 0.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := client.Result{Index: 0, Score: 0.2, Rank: 1, Metadata: a.Results[0].Metadata}
	if diff := cmp.Diff([]client.Result{want}, a.Results); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(&client.Passage{Index: 1, Count: 2, Start: 6, End: 8}, a.Results[0].Metadata.Passage); diff != "" {
		t.Errorf("passage (-want +got)\n%s", diff)
	}
	if s, err := c.Similarity(t.Context(), client.SimilarityRequest{Text: "q", Others: []string{"x", "xx"}}); err != nil || len(s.Scores) != 2 || s.Scores[1].Score != 0.2 {
		t.Errorf("similarity %+v, %v", s, err)
	}
	bad := client.Request{Query: " ", Documents: []string{"a"}, Method: "hybrid"}
	for name, tc := range map[string]struct {
		err  error
		kind error
	}{
		"a blank query": {second(c.Rerank(t.Context(), bad)), client.ErrInvalid},
		"no key":        {second(open("").Rerank(t.Context(), bad)), client.ErrUnauthorized},
	} {
		if !errors.Is(tc.err, tc.kind) {
			t.Errorf("%s: %v", name, tc.err)
		}
	}
	_, err = c.Rerank(t.Context(), bad) // the fourth of three in this minute
	var e *client.Error
	if !errors.As(err, &e) || !errors.Is(err, client.ErrOverloaded) || e.Code != "rate_limited" || e.RetryAfter != 20*time.Second {
		t.Errorf("beyond the bound: %+v", err)
	}
}

func second[T any](_ T, err error) error { return err }
