// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit

// Close refuses new requests for the given reason until Open is called.
// Requests that were admitted, or stand in line, are served.
func (l *Limiter) Close(reason Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = reason
}

// Open admits requests again if they are refused for the given reason.
func (l *Limiter) Open(reason Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed == reason {
		l.closed = ""
	}
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
