// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

// buffers are reused between answers. One that grew beyond maxPooled, for an
// answer with many long documents, is left to the garbage collector.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const maxPooled = 1 << 20

// answer writes v as JSON.
func (x *exchange) answer(status int, v any) error { return x.write(status, typeJSON, v) }

// write renders v before it writes anything, so that a failure to render can
// still become a problem.
func (x *exchange) write(status int, contentType string, v any) error {
	buf, _ := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= maxPooled {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	from := x.s.now()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("render the answer: %w", err)
	}
	if x.route.access == serving && x.code == "" {
		x.mark("render", from) // megabytes, where documents are returned
	}
	x.send(status, contentType, buf.Bytes())
	return nil
}

// send writes the answer. A caller who is gone by now is no error of ours.
func (x *exchange) send(status int, contentType string, body []byte) {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set(contract.HeaderProcessingTime, fmt.Sprintf("%.3f", x.elapsed().Seconds()))
	if timing := serverTiming(x.stages, x.elapsed()); timing != "" {
		h.Set(contract.HeaderServerTiming, timing)
	}
	if x.s.leaving() {
		// Callers with a kept connection should find another pod in time.
		h.Set("Connection", "close")
	}
	x.wrote, x.status = true, status
	x.early()
	_ = x.conn.SetWriteDeadline(time.Now().Add(transferTimeout))
	x.w.WriteHeader(status)
	x.bytes, _ = x.w.Write(body)
}

// serverTiming renders the stages in the form of the Server-Timing header, in
// milliseconds.
func serverTiming(stages []stage, total time.Duration) string {
	var b strings.Builder
	for _, st := range stages {
		fmt.Fprintf(&b, "%s;dur=%.3f, ", st.name, st.took.Seconds()*1000)
	}
	fmt.Fprintf(&b, "total;dur=%.3f", total.Seconds()*1000)
	return b.String()
}

// problem answers with p in the shape of the dialect.
func (x *exchange) problem(p *api.Problem) {
	x.code = p.Code
	if p.Code == api.CodeClientClosed {
		// Nobody reads it; the status is for the log and the metrics.
		x.status = api.StatusClientClosed
		panic(http.ErrAbortHandler)
	}
	setRetry(x.w.Header(), p)
	status, shape := x.renderError.Error(p, p.Body(x.id, x.elapsed()))
	contentType := typeJSON
	if _, ours := shape.(api.Body); ours {
		contentType = typeProblem
	}
	if err := x.write(status, contentType, shape); err != nil {
		// Bodies of problems are plain strings and numbers: this cannot fail.
		panic("BUG: " + err.Error())
	}
}

// setRetry sets the headers that tell a client whether and when to try again.
func setRetry(h http.Header, p *api.Problem) {
	switch p.Code {
	case api.CodeUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="quantumrerank"`)
	case api.CodeMethodNotAllowed:
		h.Set("Allow", p.Allow)
	case api.CodeUnsupportedEncoding:
		h.Set("Accept-Encoding", "gzip, identity")
	case api.CodeDeadlineExceeded:
		h.Set("X-Should-Retry", "false")
	}
	if !p.Code.Retryable() {
		return
	}
	if p.RetryAfter <= 0 {
		p.RetryAfter = time.Second
	}
	// Clients read whole seconds, at least 1; the finer figure stands beside.
	seconds := int64((p.RetryAfter + time.Second - 1) / time.Second)
	h.Set("Retry-After", strconv.FormatInt(seconds, 10))
	h.Set(contract.HeaderRetryAfterMs, strconv.FormatInt(p.RetryAfter.Milliseconds(), 10))
}
