// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"slices"
	"time"
)

// level is what came of one rate.
type level struct {
	Policy  string
	Factor  float64
	Rate    int
	Seconds float64

	Sent, Good, Late, Shed, Failed int
	// Scored is documents that were scored in full; Degraded is answers that
	// left some out.
	Scored, Degraded int
	// Times of answers with results, of refusals and of the probes.
	Answers, Sheds, Live, Detailed times
	// CPU is the server's processor time in seconds, which other programs on the
	// machine change less than they change everything else.
	CPU float64
}

// times are durations in ascending order.
type times []time.Duration

// with returns t and more times.
func (t times) with(more times) times {
	t = append(t, more...)
	slices.Sort(t)
	return t
}

// at returns the quantile q, 0 for none.
func (t times) at(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(int(q*float64(len(t))), len(t)-1)]
}

// judge adds the answers of a turn, each to its kind. slack is what an answer
// may take longer than the target, on its way.
func (l *level) judge(hits []hit, target, slack time.Duration) error {
	l.Sent += len(hits)
	var answers, sheds times
	for _, h := range hits {
		switch h.Code {
		case 200:
			var a struct {
				Degraded bool `json:"degraded"`
				Scored   int  `json:"scored_documents"`
			}
			if err := json.Unmarshal(h.Body, &a); err != nil {
				return err
			}
			answers = append(answers, h.Latency)
			if h.Latency <= target+slack {
				l.Good++
				l.Scored += a.Scored
			}
			if a.Degraded {
				l.Degraded++
			}
		case 429:
			l.Shed++
			sheds = append(sheds, h.Latency)
		case 504:
			l.Late++
		default:
			l.Failed++
		}
	}
	l.Answers, l.Sheds = l.Answers.with(answers), l.Sheds.with(sheds)
	return nil
}

// ofBest is what the level does as a share of the best level of its policy.
func (l *level) ofBest(levels []level, what func(*level) float64) float64 {
	best := 0.0
	for i := range levels {
		if levels[i].Policy == l.Policy {
			best = max(best, what(&levels[i]))
		}
	}
	return what(l) / best
}

// goodput is answers in time a second.
func (l *level) goodput() float64 { return float64(l.Good) / l.Seconds }

// depth is documents a second that were scored in full. Where everybody gets an
// answer, this is what an answer can still lose.
func (l *level) depth() float64 { return float64(l.Scored) / l.Seconds }
