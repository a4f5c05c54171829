// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"github.com/quantumrerank/quantumrerank/test/pod"
)

// What is promised. The first is a share of the best goodput of any rate, the
// others are times of the slowest in a hundred.
const (
	leastGoodput = 0.9
	// leastDepth leaves room for the making of four times as many answers, and for
	// the load generator, which has its part of the same processors.
	leastDepth  = 0.8
	longestShed = 20 * time.Millisecond
	longestLive = 50 * time.Millisecond
	// onTheWay is what an answer takes from the server's clock to the caller's.
	onTheWay = 20 * time.Millisecond
	// What may grow from the first round to the last: some connections are still
	// open, and memory that is free is given back bit by bit.
	moreGoroutines = 64
	moreMemory     = 64 << 20
)

const heading = `| policy | offered | requests/s | answered in time | documents/s | documents/CPU s | refused | 504 | failed | answers p50 / p99 ms | refusals p50 / p99 ms | live p99 ms | detailed p99 ms |
|---|---|---|---|---|---|---|---|---|---|---|---|---|`

func (l *level) row() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	return fmt.Sprintf("| %s | %gx | %d | %d (%.1f/s) | %.1f | %.1f | %d | %d | %d | %s / %s | %s / %s | %s | %s |",
		l.Policy, l.Factor, l.Rate, l.Good, float64(l.Good)/l.Seconds, float64(l.Scored)/l.Seconds, float64(l.Scored)/max(l.CPU, 1e-3), l.Shed, l.Late, l.Failed,
		ms(l.Answers.at(0.5)), ms(l.Answers.at(0.99)), ms(l.Sheds.at(0.5)), ms(l.Sheds.at(0.99)), ms(l.Live.at(0.99)), ms(l.Detailed.at(0.99)))
}

// promises returns those that were not kept.
func promises(levels []level, before, after pod.State, target time.Duration) (broken []string) {
	not := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	for _, l := range levels {
		at := fmt.Sprintf("%gx under %s", l.Factor, l.Policy)
		if l.Factor == factors[len(factors)-1] {
			goodput, depth := l.ofBest(levels, (*level).goodput), l.ofBest(levels, (*level).depth)
			switch {
			case goodput < leastGoodput:
				not("%s: goodput is %.2f of the best, want %.2f", at, goodput, leastGoodput)
			case depth < leastDepth:
				not("%s: %.2f of the most documents are scored in full, want %.2f", at, depth, leastDepth)
			}
		}
		if p := l.Answers.at(0.99); p > target+onTheWay {
			not("%s: answers take %v, want %v", at, p, target+onTheWay)
		}
		if p := l.Sheds.at(0.99); p > longestShed {
			not("%s: refusals take %v, want %v", at, p, longestShed)
		}
		if p := l.Live.at(0.99); p > longestLive {
			not("%s: /health/live takes %v, want %v", at, p, longestLive)
		}
		if l.Failed > 0 {
			not("%s: %d requests failed", at, l.Failed)
		}
	}
	if n := after.Goroutines - before.Goroutines; n > moreGoroutines {
		not("%d goroutines more than before", n)
	}
	if n := grown(before, after); n > moreMemory {
		not("%d MiB more than before, beside the cache", n>>20)
	}
	return broken
}

// grown is what the process holds more than before, beside what the cache is
// meant to hold and the garbage that may stand beside that: the heap is collected
// after 40 % of growth.
func grown(before, after pod.State) int64 {
	cached := after.Cache - before.Cache
	return after.Resident - before.Resident - cached - cached*2/5
}
