// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

func TestReaderSeesTheContainersOwnGroup(t *testing.T) {
	tests := map[string]Sample{
		"v2-container":    {Used: 300 * mib, Limit: 512 * mib, Resident: 200 * mib, Source: "cgroup v2"},
		"v2-host-path":    {Used: 300 * mib, Limit: 512 * mib, Resident: 200 * mib, Source: "cgroup v2"},
		"v1-container":    {Used: 400 * mib, Limit: 1 * gib, Resident: 200 * mib, Source: "cgroup v1"},
		"v1-hybrid-mount": {Used: 400 * mib, Limit: 1 * gib, Resident: 200 * mib, Source: "cgroup v1"},
		"v2-no-limit":     {Used: 200 * mib, Limit: 2 * gib, Resident: 200 * mib, Source: "rss"},
		"v2-larger-limit": {Used: 200 * mib, Limit: 2 * gib, Resident: 200 * mib, Source: "rss"},
		"no-cgroup":       {Used: 200 * mib, Limit: 2 * gib, Resident: 200 * mib, Source: "rss"},
		"v2-no-stat":      {Used: 340 * mib, Limit: 512 * mib, Resident: 200 * mib, Source: "cgroup v2"},
	}
	trees, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	if len(trees) != len(tests) {
		t.Errorf("%d trees in testdata, %d tests", len(trees), len(tests))
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := newReader(filepath.Join("testdata", name), 2*gib).Read()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sample (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReaderWithoutAnythingFails(t *testing.T) {
	_, err := newReader(t.TempDir(), gib).Read()
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestReaderMeasuresThisProcess(t *testing.T) {
	s, err := NewReader(1 << 50).Read()
	if err != nil {
		t.Fatal(err)
	}
	if s.Used < mib || s.Resident < mib {
		t.Errorf("this process uses %+v", s)
	}
}

func TestStagesClimbAtOnceAndComeDownSlowly(t *testing.T) {
	steps := []struct {
		share float64
		want  Stage
	}{
		{0.50, Normal},
		{0.79, Normal},
		{0.80, Warn},
		{0.76, Warn},
		{0.74, Normal},
		{0.91, NotReady},
		{0.86, NotReady},
		{0.849, Shed},
		{0.83, Shed},
		{0.81, Shrink},
		{0.80, Shrink},
		{0.78, Warn},
		{0.70, Normal},
		{0.845, Shrink},
		{0.875, Shed},
		{0.99, NotReady},
		{0.1, Normal},
	}
	stage := Normal
	for i, step := range steps {
		if stage = Next(stage, step.share); stage != step.want {
			t.Fatalf("step %d, share %v: %v, want %v", i, step.share, stage, step.want)
		}
	}
}

func TestNoShareFlapsTheStage(t *testing.T) {
	for from := range Stages() {
		for share := 0.0; share < 1.1; share += 0.001 {
			once := Next(Stage(from), share)
			if twice := Next(once, share); twice != once {
				t.Errorf("share %.3f from %v: %v, then %v", share, Stage(from), once, twice)
			}
		}
	}
}

func TestMonitorTellsOfChangesOnly(t *testing.T) {
	var told []string
	var out strings.Builder
	shares := []int64{10, 85, 86, 91, 10, 10}
	m := NewMonitor(Options{Reader: NewReader(gib), Reclaim: func() {}, OnStage: func(from, to Stage) {
		told = append(told, from.String()+">"+to.String())
	}})
	for _, used := range shares {
		m.read = func() (Sample, error) { return Sample{Used: used, Limit: 100}, nil }
		m.Check()
	}
	want := []string{"normal>shrink", "shrink>not ready", "not ready>normal"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s%s", diff, out.String())
	}
}

func TestGarbageIsNoReasonToReact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		used, reclaims := int64(95), 0
		m := NewMonitor(Options{
			Reader:  NewReader(gib),
			Reclaim: func() { used, reclaims = used-30, reclaims+1 },
			OnStage: func(from, to Stage) { t.Errorf("%v to %v", from, to) },
		})
		m.read = func() (Sample, error) { return Sample{Used: used, Limit: 100}, nil }
		m.Check()
		m.Check()
		if reclaims != 1 {
			t.Errorf("the collector was called %d times", reclaims)
		}
		used = 95
		m.opt.OnStage = nil
		if m.Check(); m.Stage() != NotReady || reclaims != 1 {
			t.Errorf("stage %v after %d reclaims: the last one was a moment ago", m.Stage(), reclaims)
		}
		<-time.After(reclaimPause)
		used = 75
		m.Check() // going down needs no collector
		used = 95
		if m.Check(); m.Stage() != Normal || reclaims != 2 {
			t.Errorf("stage %v after %d reclaims", m.Stage(), reclaims)
		}
	})
}

func TestFailedMeasurementKeepsTheStage(t *testing.T) {
	m := NewMonitor(Options{Reader: NewReader(gib)})
	m.read = func() (Sample, error) { return Sample{Used: 95, Limit: 100}, nil }
	m.Check()
	broken := errors.New("gone")
	m.read = func() (Sample, error) { return Sample{}, broken }
	if got := m.Check(); got != NotReady {
		t.Errorf("stage %v", got)
	}
	if _, err := m.Last(); !errors.Is(err, broken) {
		t.Errorf("last error %v", err)
	}
}

func TestModelThatCannotFitIsRefusedWithNumbers(t *testing.T) {
	const miniLM = 90_868_376
	// The least memory that a Reranker may have.
	if err := CheckFit(Need{Weights: miniLM}, 256*mib); err != nil {
		t.Errorf("256 MiB: %v", err)
	}
	err := CheckFit(Need{Weights: miniLM}, 128*mib)
	var small *TooSmallError
	if !errors.As(err, &small) {
		t.Fatalf("128 MiB: %v", err)
	}
	for _, want := range []string{"limit of 128 MiB", "weights of 86 MiB", "raise the memory limit"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if err := CheckFit(Need{Weights: miniLM}, small.Need+mib); err != nil {
		t.Errorf("the size it asks for is refused too: %v", err)
	}
}

func TestPlanStaysBelowTheWarning(t *testing.T) {
	for _, limit := range []int64{320 * mib, 512 * mib, gib, 2 * gib, 16 * gib} {
		n := Need{Weights: 90_868_376, Cache: 64 * mib}
		p := Divide(n, limit)
		if p.Cache < 0 || p.Cache > n.Cache || p.Requests < 16*mib {
			t.Errorf("%d MiB: %+v", limit/mib, p)
		}
		if used := n.fixed() + p.Cache + p.Requests; float64(used) > 0.85*float64(limit) && limit >= 512*mib {
			t.Errorf("%d MiB: a full house uses %d MiB", limit/mib, used/mib)
		}
	}
}

// Live memory fell and garbage stands: a pod that refuses everything allocates
// nothing, so nobody else would collect.
func TestShedIsLeftWhereOnlyGarbageStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live, garbage := int64(88), int64(0)
		m := NewMonitor(Options{Reader: NewReader(1 << 30), Reclaim: func() { garbage = 0 }})
		m.read = func() (Sample, error) { return Sample{Used: live + garbage, Limit: 100}, nil }
		if m.Check() != Shed {
			t.Fatalf("stage %v", m.Stage())
		}
		live, garbage = 30, 58 // the requests have ended
		for range 120 {
			<-time.After(500 * time.Millisecond)
			m.Check()
		}
		if m.Stage() != Normal {
			t.Errorf("a minute later: stage %v with %d live and %d garbage", m.Stage(), live, garbage)
		}
	})
}
