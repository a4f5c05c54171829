// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit

import (
	"slices"
	"time"
)

// predict returns how long a request of the given tokens would wait for its
// work to be done, its own work not counted. It runs under the lock.
//
// With a place free, the wait is the work that is done in turn with its own:
// of each running request as many tokens as the new one has. Otherwise it is
// the time until enough of the running ones have left.
func (l *Limiter) predict(tokens int) time.Duration {
	if l.line.Len() == 0 && len(l.running) < l.opt.Requests {
		ahead := 0
		for t := range l.running {
			ahead += min(t.left, tokens)
		}
		return l.time(ahead)
	}
	ends := l.ends()
	ahead := l.line.Len() + 1 // places that must become free
	rounds, place := (ahead-1)/len(ends), (ahead-1)%len(ends)
	// Whoever takes a place in between is taken to need as long as the
	// slowest does now, and slows the others down.
	return crowding(time.Duration(rounds)*ends[len(ends)-1] + ends[place])
}

// crowding lengthens the time until a full house is left: the prediction knows
// who is in it and not who comes next, and a refusal that comes late, after a
// wait in vain, is worse than one too many.
func crowding(d time.Duration) time.Duration { return d + d/2 }

// ends returns, in order, when the running requests will have ended, from now.
func (l *Limiter) ends() []time.Duration {
	var lefts []int
	for t := range l.running {
		lefts = append(lefts, t.left)
	}
	ends := make([]time.Duration, 0, len(l.running))
	for t := range l.running {
		work := 0
		for _, left := range lefts {
			work += min(left, t.left)
		}
		end := l.time(work)
		if !t.cost.EndBy.IsZero() {
			end = min(end, max(0, time.Until(t.cost.EndBy)))
		}
		ends = append(ends, end)
	}
	slices.Sort(ends)
	return ends
}

// time is how long all workers together need for tokens.
func (l *Limiter) time(tokens int) time.Duration {
	return l.opt.Speed.Time(tokens) / time.Duration(l.opt.Workers)
}

// late returns by how much a newcomer, or somebody because of him, would miss
// his deadline; 0 for not at all. Requests share the workers, so that one too
// many makes all of them fail, and then everything was done for nothing. It
// runs under the lock.
func (l *Limiter) late(c Cost, wait time.Duration) time.Duration {
	if len(l.running) == 0 {
		return 0 // he harms nobody, and the speed may be underrated
	}
	if !c.Deadline.IsZero() {
		if late := crowding(wait+l.time(c.Tokens)) - time.Until(c.Deadline); late > 0 {
			return late
		}
	}
	for t := range l.running {
		if t.cost.Deadline.IsZero() || t.left == 0 {
			continue
		}
		work := 0
		for u := range l.running {
			work += min(u.left, t.left)
		}
		left := time.Until(t.cost.Deadline)
		if l.time(work) > left {
			continue // it is lost, whoever comes
		}
		if late := crowding(l.time(work+min(c.Tokens, t.left))) - left; late > 0 {
			return late
		}
	}
	return 0
}
