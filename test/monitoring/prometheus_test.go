// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build monitoring

package monitoring

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/test/pod"
)

// patience bounds every wait: the tests check what happens, not how fast.
const patience = 3 * time.Minute

// start runs a program until the test ends and returns what it says.
func start(t *testing.T, program string, args ...string) *bufio.Scanner {
	t.Helper()
	cmd := exec.Command(program, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL) // fails if it has ended
		_ = cmd.Wait()
	})
	return bufio.NewScanner(stderr)
}

// server builds a reranker and starts it.
func server(t *testing.T, args ...string) *pod.Pod {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "reranker")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/reranker")
	build.Dir = modeltest.Root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	p, err := pod.Start(t.Context(), pod.Options{Binary: binary, Model: modeltest.Dir(t), Args: args})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// drain keeps a program from blocking on its own log.
func drain(s *bufio.Scanner) {
	for s.Scan() {
		continue
	}
}

// scraping starts a Prometheus that scrapes every second what the operator's
// PodMonitor would, with the same labels, and evaluates the same rules. Their
// windows and waits are made sixty times shorter: seconds for minutes.
func scraping(t *testing.T, metrics string, spec v1alpha1.RerankerSpec) (base string) {
	t.Helper()
	dir := t.TempDir()
	writeRules(t, filepath.Join(dir, "rules.yaml"), hasten(rulesFor(t, spec)))
	config := fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yaml]
scrape_configs:
  - job_name: rag/search-reranker
    static_configs:
      - targets: [%q]
        labels: {namespace: rag, quantumrerank_io_reranker: search, pod: search-1}
`, metrics)
	file := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "config", file)
	address := freeAddress(t)
	said := start(t, tool(t, "prometheus"), "--config.file", file, "--storage.tsdb.path", filepath.Join(dir, "data"),
		"--web.listen-address", address, "--log.level", "warn")
	go drain(said)
	base = "http://" + address
	eventually(t, "Prometheus is ready", func() bool {
		resp, err := http.Get(base + "/-/ready")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return base
}

// hasten makes one second of each minute that an alert waits, and three of each
// minute that it looks back on, so that a busy machine answers the number of
// requests in them that an alert asks for.
func hasten(groups []group) []group {
	for _, g := range groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			r.For = strings.ReplaceAll(r.For, "m", "s")
			for window, short := range map[string]string{"5m": "15s", "10m": "30s", "15m": "45s", "30m": "90s"} {
				r.Expr = strings.ReplaceAll(r.Expr, "["+window+"]", "["+short+"]")
			}
		}
	}
	return groups
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	end := time.After(patience)
	for !holds() {
		select {
		case <-again.C:
		case <-end:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// firing lists the alerts that fire.
func firing(t *testing.T, base string) map[string]bool {
	t.Helper()
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	ask(t, base+"/api/v1/alerts", &answer)
	out := map[string]bool{}
	for _, a := range answer.Data.Alerts {
		if a.State == "firing" {
			out[a.Labels["alertname"]] = true
		}
	}
	return out
}

func ask(t *testing.T, address string, answer any) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}

func value(t *testing.T, base, expr string) string {
	t.Helper()
	var answer struct {
		Data struct{ Result []struct{ Value []any } }
	}
	ask(t, base+"/api/v1/query?query="+url.QueryEscape(expr), &answer)
	if len(answer.Data.Result) == 0 {
		return ""
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1])
}

func rerank(base, body string) {
	resp, err := http.Post(base+"/v1/rerank", "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		return // the server's end is another test's business
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

// A server whose target nobody can hold is alive and well, but too slow: that
// alert fires, and those about other things do not.
func TestAMissedTargetIsAlerted(t *testing.T) {
	p := server(t, "--rerank-target", "1ms", "--degradation", "Never", "--cache", "0")
	base := scraping(t, strings.TrimPrefix(p.Metrics, "http://"), v1alpha1.RerankerSpec{Targets: &v1alpha1.TargetsSpec{RerankLatencyMilliseconds: new(int32(1))}})
	eventually(t, "the first scrape", func() bool { return value(t, base, `quantumrerank_ready`) == "1" })
	if before := firing(t, base); len(before) > 0 {
		t.Errorf("alerts on a server without trouble: %v", before)
	}
	body := `{"query":"fresh bread","documents":["a loaf in a cloth","a bicycle"]}`
	ctx, stop := context.WithCancel(t.Context())
	var senders sync.WaitGroup
	defer senders.Wait()
	defer stop()
	for range 4 {
		senders.Go(func() {
			for ctx.Err() == nil {
				rerank(p.URL, body)
			}
		})
	}
	eventually(t, "RerankerRerankTooSlow fires", func() bool { return firing(t, base)["RerankerRerankTooSlow"] })
	for name := range firing(t, base) {
		if name != "RerankerRerankTooSlow" && name != "RerankerLatencyBudgetBurning" {
			t.Errorf("%s fires too", name)
		}
	}
}

// A pod that dies is seen by what is missing.
func TestMissingMetricsAreAlerted(t *testing.T) {
	address := freeAddress(t) // nobody listens there
	base := scraping(t, address, v1alpha1.RerankerSpec{})
	eventually(t, "RerankerMetricsAbsent fires", func() bool { return firing(t, base)["RerankerMetricsAbsent"] })
}
