// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/test/pod"
)

func answers(n, scored int, took time.Duration) []hit {
	hits := make([]hit, n)
	for i := range hits {
		hits[i] = hit{Code: 200, Latency: took, Body: []byte(`{"scored_documents":` + string(rune('0'+scored)) + `}`)}
	}
	return hits
}

func TestJudgeTellsGoodLateShedAndFailedApart(t *testing.T) {
	hits := append(answers(3, 4, 90*time.Millisecond), answers(1, 9, time.Second)...)
	hits = append(hits, hit{Code: 429, Latency: 3}, hit{Code: 429, Latency: 1}, hit{Code: 504}, hit{Code: 500}, hit{Error: "broken pipe"})
	var l level
	if err := l.judge(hits, 100*time.Millisecond, 0); err != nil {
		t.Fatal(err)
	}
	want := level{
		Sent: 9, Good: 3, Late: 1, Shed: 2, Failed: 2, Scored: 12,
		Answers: times{90 * time.Millisecond, 90 * time.Millisecond, 90 * time.Millisecond, time.Second}, Sheds: times{1, 3},
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("level (-want +got):\n%s", diff)
	}
	if p := l.Answers.at(0.99); p != time.Second {
		t.Errorf("p99 of four is %v", p)
	}
}

func TestEveryPromiseCanBeBroken(t *testing.T) {
	good := func(factor float64) level {
		return level{Policy: policyRefuse, Factor: factor, Seconds: 1, Good: 100, Scored: 100}
	}
	tests := map[string]struct {
		spoil func(l *level, after *pod.State)
		want  string
	}{
		"goodput":    {func(l *level, _ *pod.State) { l.Good = 89 }, "goodput"},
		"depth":      {func(l *level, _ *pod.State) { l.Scored = 79 }, "scored in full"},
		"answers":    {func(l *level, _ *pod.State) { l.Answers = times{time.Second} }, "answers"},
		"refusals":   {func(l *level, _ *pod.State) { l.Sheds = times{time.Second} }, "refusals"},
		"liveness":   {func(l *level, _ *pod.State) { l.Live = times{time.Second} }, "/health/live"},
		"failures":   {func(l *level, _ *pod.State) { l.Failed = 1 }, "failed"},
		"goroutines": {func(_ *level, a *pod.State) { a.Goroutines = 1000 }, "goroutines"},
		"memory":     {func(_ *level, a *pod.State) { a.Resident = 1 << 30 }, "MiB"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			levels, after := []level{good(1), good(4)}, pod.State{}
			if b := promises(levels, pod.State{}, after, time.Millisecond); len(b) > 0 {
				t.Fatalf("a good run: %q", b)
			}
			tc.spoil(&levels[1], &after)
			if b := promises(levels, pod.State{}, after, time.Millisecond); len(b) != 1 || !strings.Contains(b[0], tc.want) {
				t.Errorf("got %q", b)
			}
		})
	}
}

func TestACacheThatFillsIsNoGrowth(t *testing.T) {
	levels := []level{{Policy: policyRefuse, Factor: 4, Seconds: 1, Good: 1, Scored: 1}}
	before := pod.State{Resident: 200 << 20, Cache: 4 << 20}
	for resident, want := range map[int64]int{(200 + 84 + 60) << 20: 0, (200 + 84 + 70) << 20: 1} {
		after := pod.State{Resident: resident, Cache: 64 << 20}
		if b := promises(levels, before, after, time.Millisecond); len(b) != want {
			t.Errorf("%d MiB with a cache of 64: got %q", resident>>20, b)
		}
	}
}

func TestTargetsAreReadBackAsHits(t *testing.T) {
	var b bytes.Buffer
	if err := writeTargets(&b, "http://pod", nil, newTexts(1, 2, 3), 2); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2 || lines[0] == lines[1] {
		t.Errorf("want two different requests, got %q", lines)
	}
	hits, err := readHits(strings.NewReader(`{"code":429,"latency":5}` + "\n" + `{"code":200,"body":"e30="}`))
	if err != nil || len(hits) != 2 || hits[0].Latency != 5 || string(hits[1].Body) != "{}" {
		t.Errorf("got %+v, %v", hits, err)
	}
	if _, err := readHits(strings.NewReader(`{"code":`)); err == nil {
		t.Error("half a result was accepted")
	}
}
