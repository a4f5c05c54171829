// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit

import "slices"

// Close refuses new requests for the given reason until Open takes it back.
// Requests that were admitted, or stand in line, are served.
func (l *Limiter) Close(reason Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.closed, reason) {
		l.closed = append(l.closed, reason)
	}
}

// Open takes a reason back. Requests are admitted again once there is none.
func (l *Limiter) Open(reason Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = slices.DeleteFunc(l.closed, func(r Reason) bool { return r == reason })
}

// Usage is what is in the house.
type Usage struct {
	Bytes, BytesLimit int64
	// Running and Waiting count requests; Tokens is the work they still bring.
	Running, Waiting, RequestsLimit int
	Tokens                          int
	TokensPerSecond                 float64
}

// Usage returns the present usage.
func (l *Limiter) Usage() Usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := Usage{
		Bytes: l.bytes, BytesLimit: l.opt.Bytes,
		Running: len(l.running), Waiting: l.line.Len(), RequestsLimit: l.opt.Requests,
		TokensPerSecond: l.opt.Speed.TokensPerSecond() * float64(l.opt.Workers),
	}
	for t := range l.running {
		u.Tokens += t.left
	}
	for e := l.line.Front(); e != nil; e = e.Next() {
		u.Tokens += e.Value.(*Ticket).left
	}
	return u
}
