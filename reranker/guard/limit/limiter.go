// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"
)

// Options configure a Limiter.
type Options struct {
	// Bytes is the budget of all requests together; 0 means none.
	Bytes int64
	// Requests is how many are worked on at a time; at least 1.
	Requests int
	// Speed is the measured speed of one worker, Workers their number.
	Speed   *Speed
	Workers int
}

// Cost is what a request brings.
type Cost struct {
	Bytes  int64
	Tokens int
	// EndBy is when the request will have ended whatever happens; zero means
	// that it ends when its tokens are done.
	EndBy time.Time
	// Deadline is when the request has failed if its tokens are not done; zero
	// means that it can take any time.
	Deadline time.Time
}

// Limiter admits requests. It is safe for concurrent use.
type Limiter struct {
	opt Options

	mu      sync.Mutex
	bytes   int64
	running map[*Ticket]struct{}
	line    *list.List // of *Ticket
	closed  []Reason   // why nothing is admitted, the first one first
}

// New returns an open limiter.
func New(opt Options) *Limiter {
	opt.Requests = max(opt.Requests, 1)
	opt.Workers = max(opt.Workers, 1)
	if opt.Speed == nil {
		opt.Speed = NewSpeed(2000)
	}
	return &Limiter{opt: opt, running: map[*Ticket]struct{}{}, line: list.New()}
}

// Ticket is an admitted request, or one in line.
type Ticket struct {
	limiter *Limiter
	cost    Cost
	left    int // tokens
	turn    chan struct{}
	place   *list.Element // while in line
	held    bool          // has bytes and no place
	// Waited is how long the request stood in line.
	Waited time.Duration
}

// Admit returns a ticket when the request's turn has come, or an error: at once
// an *OverloadedError when the predicted wait exceeds patience, or a
// *TooLargeError when it can never be admitted; later only the context's error.
// Whoever was let in and is refused after a wait has lost its time and could
// have asked elsewhere, so that a wrong prediction is the house's to bear. The
// ticket must be released.
func (l *Limiter) Admit(ctx context.Context, cost Cost, patience time.Duration) (*Ticket, error) {
	t, err := l.enter(cost, patience)
	if err != nil {
		return nil, err
	}
	select {
	case <-t.turn: // even with no patience at all
		return t, nil
	default:
	}
	start := time.Now()
	select {
	case <-t.turn:
		t.Waited = time.Since(start)
		return t, nil
	case <-ctx.Done():
		t.Release() // leaves the line, or gives back a turn that came too late
		return nil, ctx.Err()
	}
}

// Look tells, at once and without entering, that even the smallest request
// would be refused, so that nobody has to read the rest of one.
func (l *Limiter) Look(patience time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := l.predict(1)
	if err := l.room(0, l.opt.Bytes, wait); err != nil {
		return err
	}
	if wait > patience {
		return l.tooLong(wait, patience)
	}
	return nil
}

func (l *Limiter) enter(cost Cost, patience time.Duration) (*Ticket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := l.predict(cost.Tokens)
	if err := l.room(cost.Bytes, l.opt.Bytes, wait); err != nil {
		return nil, err
	}
	if wait > patience {
		return nil, l.tooLong(wait, patience)
	}
	if late := l.late(cost, wait); late > 0 {
		return nil, l.inVain(late)
	}
	t := &Ticket{limiter: l, cost: cost, left: cost.Tokens, turn: make(chan struct{})}
	l.bytes += cost.Bytes
	t.place = l.line.PushBack(t)
	l.advance()
	return t, nil
}

// room says whether bytes can be held within a limit; it runs under the lock.
func (l *Limiter) room(bytes, limit int64, wait time.Duration) error {
	if len(l.closed) > 0 {
		return &OverloadedError{Reason: l.closed[0], RetryAfter: time.Second, Detail: "no new requests are taken"}
	}
	return l.fits(bytes, l.bytes, limit, wait)
}

// fits says whether bytes fit within a limit beside those that others use.
func (l *Limiter) fits(bytes, used, limit int64, wait time.Duration) error {
	switch {
	case l.opt.Bytes <= 0 || used+bytes <= limit:
		return nil
	case bytes > limit:
		return &TooLargeError{Bytes: bytes, Limit: limit}
	}
	return &OverloadedError{
		Reason: ReasonBytes, RetryAfter: max(wait, 100*time.Millisecond),
		Detail: fmt.Sprintf("%d of %d bytes are in use and the request needs %d", used, limit, bytes),
	}
}

func (l *Limiter) tooLong(wait, patience time.Duration) error {
	return &OverloadedError{
		Reason: ReasonQueue, RetryAfter: max(wait-patience, 50*time.Millisecond),
		Detail: fmt.Sprintf("the wait is about %v, longer than %v", wait.Round(time.Millisecond), patience.Round(time.Millisecond)),
	}
}

func (l *Limiter) inVain(late time.Duration) error {
	return &OverloadedError{
		Reason: ReasonQueue, RetryAfter: max(late, 50*time.Millisecond),
		Detail: fmt.Sprintf("the request, or one that is under way, would miss its deadline by about %v", late.Round(time.Millisecond)),
	}
}

// Hold returns a ticket for bytes alone, for a request that is still on its way
// or needs no worker. It never waits. A quarter of the budget is kept for
// Admit: if requests that are being read could take all of it, none of them
// could be served, and all would be refused after they were read.
func (l *Limiter) Hold(bytes int64) (*Ticket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.room(bytes, l.opt.Bytes/4*3, 0); err != nil {
		return nil, err
	}
	t := &Ticket{limiter: l, cost: Cost{Bytes: bytes}, held: true}
	l.bytes += bytes
	return t, nil
}

// advance gives turns to the head of the line; it runs under the lock.
func (l *Limiter) advance() {
	for l.line.Len() > 0 && len(l.running) < l.opt.Requests {
		t := l.line.Remove(l.line.Front()).(*Ticket)
		t.place = nil
		l.running[t] = struct{}{}
		close(t.turn)
	}
}

// Become tells what an admitted request brings, where that was not known at the
// door. It keeps its place, but the bytes must fit; where they do not, the ticket
// stays what it was.
func (t *Ticket) Become(cost Cost) error {
	l := t.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	others := l.bytes - t.cost.Bytes
	if err := l.fits(cost.Bytes, others, l.opt.Bytes, 0); err != nil {
		return err
	}
	l.bytes = others + cost.Bytes
	t.cost, t.left = cost, cost.Tokens
	return nil
}

// Did tells that some of the request's tokens are done or will not be.
func (t *Ticket) Did(tokens int) {
	t.limiter.mu.Lock()
	defer t.limiter.mu.Unlock()
	t.left = max(t.left-tokens, 0)
}

// Release gives back everything the ticket holds. It may be called again.
func (t *Ticket) Release() {
	l := t.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.place != nil {
		l.line.Remove(t.place)
		t.place = nil
	} else if _, running := l.running[t]; running {
		delete(l.running, t)
	} else if !t.held {
		return
	}
	t.held = false
	l.bytes -= t.cost.Bytes
	l.advance()
}

// Owes tells of tokens that came to the request after it was let in. It keeps its
// place; others wait for it the longer.
func (t *Ticket) Owes(tokens int) {
	t.limiter.mu.Lock()
	defer t.limiter.mu.Unlock()
	t.left += tokens
}
