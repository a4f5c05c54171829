// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"io"
	"net/http"
)

// holder reserves memory for a body of so many bytes, or says that there is none.
type holder func(bytes int64) (release func(), err error)

// holding reserves memory for a body as it comes. What a caller announces and
// does not send, or could have sent and does not, takes nothing from others.
type holding struct {
	r        io.Reader
	hold     holder
	limit    int64 // of the body
	read     int64
	held     int64
	releases []func()
	err      error // of hold
}

// firstHold is what every body is given; then the reservation doubles, so that
// few are made.
const firstHold = 64 << 10

// newHolding refuses a body whose announced length has no room now. Nothing is
// held for it yet. hold may be nil.
func newHolding(body io.Reader, r *http.Request, hold holder, limit int64) (*holding, error) {
	if hold == nil {
		hold = func(int64) (func(), error) { return func() {}, nil }
	}
	if r.ContentLength >= 0 && r.Header.Get("Content-Encoding") == "" {
		release, err := hold(r.ContentLength)
		if err != nil {
			return nil, err
		}
		release()
	}
	return &holding{r: body, hold: hold, limit: limit}, nil
}

func (h *holding) Read(p []byte) (int, error) {
	if h.read == h.held && h.held < h.limit {
		if h.err = h.grow(min(max(h.held, firstHold), h.limit-h.held)); h.err != nil {
			return 0, h.err
		}
	}
	if h.held < h.limit { // else the reader below ends the body
		p = p[:min(int64(len(p)), h.held-h.read)]
	}
	n, err := h.r.Read(p)
	h.read += int64(n)
	return n, err
}

// grow holds more bytes. Where there is no room for them it tries all in one
// piece, whose refusal tells the size of the whole.
func (h *holding) grow(more int64) error {
	release, err := h.hold(more)
	if err != nil {
		h.release()
		if release, err = h.hold(h.held + more); err != nil {
			return err
		}
	}
	h.held += more
	h.releases = append(h.releases, release)
	return nil
}

// release gives everything back; it may be called again.
func (h *holding) release() {
	for _, release := range h.releases {
		release()
	}
	h.releases = nil
}
