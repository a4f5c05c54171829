// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/client"
)

// Target is the server under load.
type Target struct {
	// URL is its address, such as "http://host:8000".
	URL string
	// Key is sent as a Bearer token if it is not empty.
	Key string
	// Roots are the authorities that its certificate may come from; nil means
	// those of this machine.
	Roots *x509.CertPool
	// Timeout ends a request; 0 means 30 seconds.
	Timeout time.Duration
	// Connections bounds the connections at a time. 0 means 100 in a closed
	// scenario, which is what the standard test's client opens, and no bound in an
	// open one.
	Connections int
}

// standardConnections is the limit of the HTTP client of the standard test.
const standardConnections = 100

// Outcome is how a request ended.
type Outcome string

// Outcomes of a request.
const (
	Answered Outcome = "answered"
	Shed     Outcome = "shed"
	Failed   Outcome = "failed"
)

// Sample is one request that ended.
type Sample struct {
	// At is when the request was due, in seconds from the scenario's start.
	At float64
	// Seconds is the time from then to the last byte of the answer.
	Seconds float64
	Outcome Outcome
	// Status is 0 without an answer, and Err then says why.
	Status    int
	Err       string
	Documents int
	Degraded  bool
}

// caller sends requests by the product's own client, which asks once here.
type caller struct {
	api  *client.Client
	http *http.Client
	url  string
}

func newCaller(t Target, open bool) (*caller, error) {
	if t.Timeout <= 0 {
		t.Timeout = 30 * time.Second
	}
	if t.Connections <= 0 && !open {
		t.Connections = standardConnections
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxConnsPerHost:     t.Connections,
		MaxIdleConnsPerHost: max(t.Connections, standardConnections),
		IdleConnTimeout:     30 * time.Second,
	}
	if t.Roots != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: t.Roots, MinVersion: tls.VersionTLS12}
	}
	// The time is the HTTP client's and no context's: the server is not told of
	// it and does not plan with it.
	c := &caller{http: &http.Client{Transport: transport, Timeout: t.Timeout}, url: strings.TrimRight(t.URL, "/")}
	options := []client.Option{client.WithHTTPClient(c.http), client.WithRetry(client.NoRetry)}
	if t.Key != "" {
		options = append(options, client.WithKey(t.Key))
	}
	var err error
	c.api, err = client.New(c.url, options...)
	return c, err
}

func (c *caller) close() { c.http.CloseIdleConnections() }

// rerank sends r. The sample has no times yet.
func (c *caller) rerank(ctx context.Context, r client.Request) Sample {
	a, err := c.api.Rerank(ctx, r)
	if err != nil {
		return failed(err)
	}
	return answered(len(a.Results), a.Degraded)
}

// similarity compares two texts. The sample has no times yet.
func (c *caller) similarity(ctx context.Context, one, other string) Sample {
	a, err := c.api.Similarity(ctx, client.SimilarityRequest{Text: one, Others: []string{other}})
	if err != nil {
		return failed(err)
	}
	return answered(len(a.Scores), a.Degraded)
}

func answered(results int, degraded bool) Sample {
	if results == 0 {
		return Sample{Status: http.StatusOK, Outcome: Failed, Err: "status 200 without results"}
	}
	return Sample{Status: http.StatusOK, Outcome: Answered, Degraded: degraded}
}

// failed tells refusals for want of capacity from everything else.
func failed(err error) Sample {
	var e *client.Error
	if !errors.As(err, &e) {
		return Sample{Outcome: Failed, Err: err.Error()}
	}
	s := Sample{Status: e.Status, Outcome: Failed, Err: fmt.Sprintf("status %d", e.Status)}
	if e.Message != "" {
		s.Err += ": " + e.Message
	}
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.RetryAfter > 0 {
		s.Outcome, s.Err = Shed, ""
	}
	return s
}
