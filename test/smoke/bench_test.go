// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/bench"
)

// The load tester against the real server: what it counts is what the server
// did, and a target that nobody can hold is reported as missed.
func TestTheLoadTesterMeasuresARealServer(t *testing.T) {
	keys := t.TempDir()
	key := filepath.Join(keys, "load")
	const token = "a key of more than sixteen bytes"
	if err := os.WriteFile(key, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	p := serve(t, "--api-keys", keys)
	load := func(flags ...string) (bench.Report, error) {
		page := filepath.Join(t.TempDir(), "report.html")
		args := append([]string{"bench", "--url", p.URL, "--key-file", key, "--json", "-", "--html", page, "--max-p95", "10m"}, flags...)
		cmd := exec.Command(build(t), args...)
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		html, readErr := os.ReadFile(page)
		if readErr != nil || len(html) == 0 || strings.Contains(string(out)+string(html)+said.String(), token) {
			t.Errorf("no report, or the key is in what the load tester says: %v", readErr)
		}
		var r bench.Report
		if jsonErr := json.Unmarshal(out, &r); jsonErr != nil {
			t.Fatalf("%v: %v in %q", err, jsonErr, out)
		}
		return r, err
	}
	report, err := load("--scenario", "5x4", "--min-per-minute", "1")
	if s := report.Scenarios[0]; err != nil || s.Answered != 20 || s.Errors != 0 || !report.Met {
		t.Errorf("%v: %+v", err, report)
	}
	var exit *exec.ExitError
	report, err = load("--scenario", "2x1", "--min-per-minute", "1e12")
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || report.Met {
		t.Errorf("an unreachable target: %v: %+v", err, report)
	}
}
