// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// budget is a holder of so many bytes.
type budget struct{ left, most int64 }

func (b *budget) hold(bytes int64) (func(), error) {
	switch {
	case bytes > b.most:
		return nil, &rerank.TooLargeError{Bytes: bytes, Limit: b.most}
	case bytes > b.left:
		return nil, &rerank.OverloadedError{Reason: limit.ReasonBytes}
	}
	b.left -= bytes
	return func() { b.left += bytes }, nil
}

// arriving is a request with a body of so many bytes, announced or not.
func arriving(bytes int, announced bool) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/rerank", strings.NewReader(strings.Repeat("x", bytes)))
	if !announced {
		r.ContentLength = -1
	}
	return r
}

func TestMemoryIsHeldForWhatHasCome(t *testing.T) {
	const most = 1 << 20
	for _, announced := range []bool{true, false} {
		for _, size := range []int{0, 1, firstHold - 1, firstHold, firstHold + 1, 3 * firstHold, most - 1, most} {
			b := &budget{left: most, most: most}
			r := arriving(size, announced)
			h, err := newHolding(r.Body, r, b.hold, most)
			if err != nil || b.left != most {
				t.Fatalf("%d bytes: error %v, %d held before any came", size, err, most-b.left)
			}
			n, err := io.Copy(io.Discard, h)
			if err != nil || n != int64(size) {
				t.Errorf("%d bytes: read %d, error %v", size, n, err)
			}
			if held := most - b.left; held < int64(size) || held > max(firstHold, 2*int64(size)) {
				t.Errorf("%d bytes: %d are held", size, held)
			}
			h.release()
			h.release()
			if b.left != most {
				t.Errorf("%d bytes: %d are held for ever", size, most-b.left)
			}
		}
	}
}

func TestABodyWithoutRoomIsRefusedAndHoldsNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		size       int
		announced  bool
		left, most int64
		large      bool
	}{
		"announced, and never fits":       {1 << 20, true, 1 << 19, 1 << 19, true},
		"announced, and does not fit now": {1 << 20, true, 1 << 19, 1 << 22, false},
		"it never fits":                   {1 << 20, false, 1 << 19, 1 << 19, true},
		"it does not fit now":             {1 << 20, false, 1 << 19, 1 << 22, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, r := &budget{left: tc.left, most: tc.most}, arriving(tc.size, tc.announced)
			h, err := newHolding(r.Body, r, b.hold, 1<<24)
			if err == nil {
				_, err = io.Copy(io.Discard, h)
				h.release()
			}
			var large *rerank.TooLargeError
			var busy *rerank.OverloadedError
			if tc.large != errors.As(err, &large) || tc.large == errors.As(err, &busy) {
				t.Errorf("error %v", err)
			}
			if b.left != tc.left {
				t.Errorf("%d bytes are held", tc.left-b.left)
			}
		})
	}
}
