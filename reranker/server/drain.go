// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// A request can be refused before its body is read. Many clients send the whole
// body before they read anything; if the connection is closed under their
// hands they see a broken pipe instead of the 413 or 429 that stands behind it.
// So the answer is sent first and what is still on its way is read and thrown
// away, within bounds.
const (
	drainBytes = 64 << 20
	drainTime  = 5 * time.Second
	// drainPause is how long nothing may come over HTTP/2. Some of its clients send
	// all of a body whatever they are told; others stop, and wait for the end of the
	// answer, which is the end of this.
	drainPause = 250 * time.Millisecond
)

// early lets an answer go out while the body is still on its way. Otherwise
// net/http would read on before it sends the answer.
func (x *exchange) early() {
	// A stranger's body is left to net/http, which in full duplex would meet
	// its own background reading there.
	if x.unread() && x.status != http.StatusUnauthorized {
		// It fails where there is no connection, as in some tests.
		_ = x.conn.EnableFullDuplex()
	}
}

// unread says whether some of a body may be on its way.
func (x *exchange) unread() bool {
	return x.r.ContentLength != 0 && x.body.err == nil
}

// drain throws away what is left of the body after the answer. It holds no
// memory and counts in no budget: the request is over.
func (x *exchange) drain() {
	switch {
	case !x.wrote || !x.unread() || x.r.Context().Err() != nil:
		return
	case x.status == http.StatusUnauthorized:
		return // a stranger's body is not worth the transfer
	case x.body.n == 0 && x.r.Header.Get("Expect") != "":
		// It waits for our word and so needs none of this, and net/http need not
		// wait for it either.
		_ = x.conn.SetReadDeadline(time.Now())
		return
	case x.conn.Flush() != nil:
		return
	}
	rest := io.Reader(x.body.r)
	end := time.Now().Add(drainTime)
	_ = x.conn.SetReadDeadline(end)
	if x.r.ProtoMajor == 2 {
		rest = &flowing{x, end}
	}
	n, err := io.CopyN(io.Discard, rest, drainBytes)
	if n < drainBytes && errors.Is(err, io.EOF) {
		_ = x.conn.SetReadDeadline(time.Time{})
	}
}

// flowing reads a body until end, and no longer than it flows.
type flowing struct {
	x   *exchange
	end time.Time
}

func (f *flowing) Read(p []byte) (int, error) {
	next := time.Now().Add(drainPause)
	if f.end.Before(next) {
		next = f.end
	}
	_ = f.x.conn.SetReadDeadline(next)
	return f.x.body.r.Read(p)
}
