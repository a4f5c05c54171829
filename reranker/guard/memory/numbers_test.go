// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tree writes files of a made-up root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestTheGroupOfTheMemoryControllerIsFound(t *testing.T) {
	for text, want := range map[string][2]string{
		"0::/pod\n":                            {"v2", "/pod"},
		"3:cpu:/c\n2:cpu,memory:/m\n0::/pod\n": {"v1", "/m"},
		"1:name=systemd:/s\n0::/pod\n":         {"v2", "/pod"},
		"0::/pod\n1:name=systemd:/s\n":         {"v2", "/pod"},
		"2:memory:/a:b\n":                      {"v1", "/a:b"},
		"nonsense\n\n0::/pod\n":                {"v2", "/pod"},
		"":                                     {"v2", ""},
	} {
		version, own := memoryController(text)
		if diff := cmp.Diff(want, [2]string{version, own}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestAGroupThatCannotBeReadIsNotHalfRead(t *testing.T) {
	const status = "VmRSS:\t   2048 kB\n"
	rss := Sample{Used: 2 * mib, Limit: gib, Resident: 2 * mib, Source: "rss"}
	for name, tc := range map[string]struct {
		files map[string]string
		want  Sample
	}{
		"no limit's file": {map[string]string{"memory.current": "100"}, rss},
		"no use's file":   {map[string]string{"memory.max": "100"}, rss},
		"broken use":      {map[string]string{"memory.current": "many", "memory.max": "100"}, rss},
		"no limit":        {map[string]string{"memory.current": "100", "memory.max": "max"}, rss},
		"broken statistics": {
			map[string]string{"memory.current": "100", "memory.max": "200", "memory.stat": "inactive_file many\n"},
			Sample{Used: 100, Limit: 200, Resident: 2 * mib, Source: "cgroup v2"},
		},
		"the same limit": {
			map[string]string{"memory.current": "100", "memory.max": "1073741824", "memory.stat": "anon 5\ninactive_file 30\n"},
			Sample{Used: 70, Limit: gib, Resident: 2 * mib, Source: "cgroup v2"},
		},
		"more inactive than used": {
			map[string]string{"memory.current": "100", "memory.max": "200", "memory.stat": "inactive_file 300\n"},
			Sample{Limit: 200, Resident: 2 * mib, Source: "cgroup v2"},
		},
	} {
		files := map[string]string{"proc/self/cgroup": "0::/\n", "proc/self/status": status}
		for file, text := range tc.files {
			files["sys/fs/cgroup/"+file] = text
		}
		got, err := newReader(tree(t, files), gib).Read()
		if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestAStatusWithoutANumberIsAnError(t *testing.T) {
	for text, want := range map[string]string{"VmRSS: many kB\n": "parse VmRSS", "VmSize: 1 kB\n": "no VmRSS in"} {
		s, err := newReader(tree(t, map[string]string{"proc/self/status": text}), gib).Read()
		if err == nil || !strings.Contains(err.Error(), want) || s != (Sample{}) {
			t.Errorf("%q: %+v, %v; want an error with %q", text, s, err, want)
		}
	}
}

func TestTheShareOfNoLimitIsNone(t *testing.T) {
	for _, tc := range []struct {
		s    Sample
		want float64
	}{{Sample{Used: 5}, 0}, {Sample{Used: 5, Limit: -1}, 0}, {Sample{Used: 3, Limit: 4}, 0.75}, {Sample{Used: 1, Limit: 1}, 1}} {
		if got := tc.s.Share(); got != tc.want {
			t.Errorf("%+v: share %v, want %v", tc.s, got, tc.want)
		}
	}
}

func TestNoLimitLeavesTheHeapUnlimited(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	old := debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(old)
	if got := LimitHeap(0); got != math.MaxInt64 {
		t.Errorf("the limit is %d", got)
	}
}

func TestTheSmallestLimitIsNamedInWholeMebibytes(t *testing.T) {
	n := Need{Weights: 100 * mib}
	// (1.1 · 100 + 40 + 48) MiB at the mark of 90 %, which is a little less than 220 MiB.
	const enough = 220 * mib
	if err := CheckFit(n, enough); err != nil {
		t.Errorf("220 MiB: %v", err)
	}
	err := CheckFit(n, enough-mib*2)
	if err == nil || !strings.Contains(err.Error(), "limit of 218 MiB is too small: the model's weights of 100 MiB need about 220 MiB") {
		t.Errorf("218 MiB: %v", err)
	}
	for need, want := range map[int64]string{219 * mib: "219 MiB", 219*mib + 1: "220 MiB"} {
		if got := (&TooSmallError{Need: need}).Error(); !strings.Contains(got, "need about "+want) {
			t.Errorf("a need of %d bytes reads %q", need, got)
		}
	}
}

func TestThePlanIsAThirdForTheCacheAndTwoOfTheRestForRequests(t *testing.T) {
	n := Need{Weights: 100 * mib, Cache: gib}
	// 0.8 · 1000 - (110 + 40) - 24 = 626 MiB are there to be divided.
	room := int64(626 * mib)
	for _, tc := range []struct{ asked, cache int64 }{{gib, room / 3}, {8 * mib, 8 * mib}, {0, 0}} {
		n.Cache = tc.asked
		got := Divide(n, 1000*mib)
		if want := (room - tc.cache) / 3 * 2; !near(got.Cache, tc.cache) || !near(got.Requests, want) {
			t.Errorf("asked for %d: %+v, want %d and %d", tc.asked, got, tc.cache, want)
		}
	}
	if got := Divide(Need{Weights: gib}, gib); got.Requests != workBytes/2/3*2 || got.Cache != 0 {
		t.Errorf("without room: %+v", got)
	}
}

// near allows for the rounding of the shares.
func near(a, b int64) bool { return max(a-b, b-a) < 16 }

func TestAChangeOfStageIsLoggedWithItsNumbers(t *testing.T) {
	var out strings.Builder
	m := NewMonitor(Options{Reader: NewReader(gib), Reclaim: func() {}, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	for _, used := range []int64{95, 10} {
		m.read = func() (Sample, error) { return Sample{Used: used, Limit: 100, Source: "rss"}, nil }
		m.Check()
		if s, err := m.Last(); s.Used != used || err != nil {
			t.Errorf("the last sample is %+v, %v", s, err)
		}
	}
	for _, want := range []string{
		`level=WARN msg="Memory changed stage" from=normal to="not ready" usedBytes=95 limitBytes=100 source=rss`,
		`level=INFO msg="Memory changed stage" from="not ready" to=normal usedBytes=10 limitBytes=100 source=rss`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, out.String())
		}
	}
}

func TestTheMonitorLooksAtOnceAndTwiceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks []time.Duration
		start := time.Now()
		m := NewMonitor(Options{Reader: NewReader(gib)})
		m.read = func() (Sample, error) {
			looks = append(looks, time.Since(start))
			return Sample{Limit: 100}, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1250*time.Millisecond)
		defer cancel()
		m.Run(ctx)
		if diff := cmp.Diff([]time.Duration{0, 500 * time.Millisecond, time.Second}, looks); diff != "" {
			t.Errorf("looks (-want +got):\n%s", diff)
		}
	})
}

func TestStagesReadAsInTheMetrics(t *testing.T) {
	var got []string
	for _, s := range Stages() {
		got = append(got, s.String())
	}
	if diff := cmp.Diff([]string{"normal", "warn", "shrink", "shed", "not ready"}, got); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}
