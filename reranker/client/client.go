// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Client talks to one server. It is safe for concurrent use.
type Client struct {
	base  string
	http  *http.Client
	key   string
	retry Retry
}

// Option changes a Client.
type Option func(*Client)

// WithHTTPClient replaces http.DefaultClient.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithKey sends a key with every request.
func WithKey(key string) Option { return func(c *Client) { c.key = key } }

// WithRetry replaces DefaultRetry.
func WithRetry(r Retry) Option { return func(c *Client) { c.retry = r } }

// New returns a client of the server at base, such as "http://host:8000".
func New(base string, options ...Option) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("parse the server's address: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("the server's address is %q, want http://host:port", base)
	}
	c := &Client{base: strings.TrimRight(base, "/"), http: http.DefaultClient, retry: DefaultRetry}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// Rerank ranks the documents of r.
func (c *Client) Rerank(ctx context.Context, r Request) (*Answer, error) {
	headers := http.Header{}
	if r.Degradation != "" {
		headers.Set("X-Rerank-Degradation", r.Degradation)
	}
	a := new(Answer)
	if err := c.post(ctx, contract.PathRerank, headers, r, a); err != nil {
		return nil, err
	}
	return a, nil
}

// Similarity compares r's text with the others.
func (c *Client) Similarity(ctx context.Context, r SimilarityRequest) (*SimilarityAnswer, error) {
	a := new(SimilarityAnswer)
	if err := c.post(ctx, contract.PathSimilarity, http.Header{}, r, a); err != nil {
		return nil, err
	}
	return a, nil
}

// Ready returns nil if the server is ready for requests. It does not retry.
func (c *Client) Ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+contract.PathHealthReady, nil)
	if err != nil {
		return fmt.Errorf("rerank: %w", err)
	}
	_, err = c.do(req)
	return err
}

// post sends body until it is answered, refused for good, or out of time.
func (c *Client) post(ctx context.Context, path string, headers http.Header, body, answer any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("rerank: encode the request: %w", err)
	}
	for attempt := 1; ; attempt++ {
		got, err := c.once(ctx, path, headers, sent)
		if err == nil {
			if err := json.Unmarshal(got, answer); err != nil {
				return fmt.Errorf("rerank: decode the answer: %w", err)
			}
			return nil
		}
		if !c.retry.wait(ctx, attempt, err) {
			return err
		}
	}
}

// once sends one request with what is left of the context's time.
func (c *Client) once(ctx context.Context, path string, headers http.Header, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("rerank: %w", err)
	}
	req.Header = headers.Clone()
	req.Header.Set("Content-Type", "application/json")
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		if left <= 0 {
			return nil, fmt.Errorf("rerank: %w", context.DeadlineExceeded)
		}
		req.Header.Set("Request-Timeout-Ms", strconv.FormatInt(max(1, left.Milliseconds()), 10))
	}
	return c.do(req)
}

// maxAnswer bounds what is read of an answer: 1000 documents of 50,000
// characters of four bytes, and their JSON around.
const maxAnswer = 256 << 20

func (c *Client) do(req *http.Request) ([]byte, error) {
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("rerank: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("rerank: read the answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, errorOf(resp, body)
	}
	return body, nil
}
