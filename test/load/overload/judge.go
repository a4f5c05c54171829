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
	// Times of answers with results, of refusals and of the probes, in order once
	// sort was called.
	Answers, Sheds, Live, Detailed times
	// CPU is the server's processor time in seconds, which other programs on the
	// machine change less than they change everything else.
	CPU float64
}

// times are durations in ascending order.
type times []time.Duration

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
			l.Answers = append(l.Answers, h.Latency)
			if h.Latency <= target+slack {
				l.Good++
				l.Scored += a.Scored
			}
			if a.Degraded {
				l.Degraded++
			}
		case 429:
			l.Shed++
			l.Sheds = append(l.Sheds, h.Latency)
		case 504:
			l.Late++
		default:
			l.Failed++
		}
	}
	return nil
}

// sort puts all times in order.
func (l *level) sort() {
	for _, t := range []times{l.Answers, l.Sheds, l.Live, l.Detailed} {
		slices.Sort(t)
	}
}

// goodput is answers in time a second.
func (l *level) goodput() float64 { return float64(l.Good) / l.Seconds }

// depth is documents a second that were scored in full. Where everybody gets an
// answer, this is what an answer can still lose.
func (l *level) depth() float64 { return float64(l.Scored) / l.Seconds }
