// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/dialect"
)

// transferTimeout bounds the time for reading a body and, again, for writing
// an answer. 16 MiB in 30 s is 4.5 Mbit/s.
const transferTimeout = 30 * time.Second

// exchange is one request and its answer.
type exchange struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	conn  *http.ResponseController
	id    string
	start time.Time

	route route
	// dialect is the label, renderError the shape of errors; both are refined
	// when the body is understood.
	dialect     string
	renderError dialect.ErrorRenderer
	// documentsField is what the body calls its documents.
	documentsField string

	stages []stage
	// facts are added to the log line.
	facts []slog.Attr
	body  *counter
	// leave gives back the place of the caller's key; nil if it has none.
	leave func()

	wrote  bool
	status int
	bytes  int
	code   api.Code
	cause  error
}

// failed reports whether the server is to blame for the answer, also where a
// dialect gives that another status.
func (x *exchange) failed() bool {
	return x.status >= http.StatusInternalServerError || x.code != "" && x.code.Status() >= http.StatusInternalServerError
}

// stage is the time that one part of the work took.
type stage struct {
	name  string
	began time.Time
	took  time.Duration
}

// begin starts an exchange. Every exchange must be ended.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, rt route) *exchange {
	// A copy: net/http finds out by the type of the body whether the connection
	// can be used again after an answer that left some of it unread.
	own := *r
	x := &exchange{
		s: s, w: w, r: &own, route: rt,
		conn:    http.NewResponseController(w),
		id:      requestID(r.Header.Get(contract.HeaderRequestID)),
		start:   s.now(),
		dialect: rt.dialects[0], renderError: rt.renderError,
		body: &counter{r: r.Body},
	}
	own.Body = x.body
	// A connection may carry the deadlines of the request before. Errors mean
	// that w is not a connection, as in some tests.
	_ = x.conn.SetReadDeadline(time.Now().Add(transferTimeout))
	_ = x.conn.SetWriteDeadline(time.Time{})
	s.active.Add(1)
	s.metrics.Inflight(1)
	w.Header().Set(contract.HeaderRequestID, x.id)
	return x
}

// run calls h and turns what it returns, or panics with, into an answer.
func (x *exchange) run(h func(*exchange) error) {
	err := x.protect(h)
	if err == nil {
		return
	}
	x.fail(err)
}

// panicked is the error that a panic becomes.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (x *exchange) protect(h func(*exchange) error) (err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler:
			// net/http's own way to drop a connection.
			panic(v)
		default:
			x.s.metrics.CountPanic()
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	return h(x)
}

// end logs and counts the exchange, and then sees the caller out.
func (x *exchange) end() {
	defer x.drain()
	if x.leave != nil {
		x.leave()
	}
	x.s.active.Add(-1)
	x.s.metrics.Inflight(-1)
	took := x.elapsed()
	x.s.metrics.ObserveRequest(metrics.Request{
		Route: x.route.label, Dialect: x.dialect, Status: x.status, Duration: took, BodyBytes: x.body.n,
	})
	for _, st := range x.stages {
		x.s.metrics.ObserveStage(st.name, st.took)
	}
	if x.code != "" && !x.route.quiet {
		x.s.metrics.CountProblem(string(x.code))
	}
	x.trace()
	x.log(took)
}

func (x *exchange) elapsed() time.Duration { return x.s.now().Sub(x.start) }

// mark ends a stage that began at from and returns the present time.
func (x *exchange) mark(name string, from time.Time) time.Time {
	now := x.s.now()
	x.stages = append(x.stages, stage{name, from, now.Sub(from)})
	return now
}

// fact adds an attribute to the log line.
func (x *exchange) fact(attrs ...slog.Attr) { x.facts = append(x.facts, attrs...) }

// counter counts the bytes read from a body.
type counter struct {
	r io.ReadCloser
	n int64
	// err ended the reading, io.EOF included.
	err error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.err = err
	return n, err
}

func (c *counter) Close() error { return c.r.Close() }
