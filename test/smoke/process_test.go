// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// patience bounds every wait of these tests. It is generous: they check what
// happens, not how fast.
const patience = 2 * time.Minute

var binary = struct {
	once sync.Once
	path string
	err  error
	out  []byte
}{}

// build builds the binary once for all tests.
func build(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		dir, err := os.MkdirTemp("", "smoke")
		if err != nil {
			binary.err = err
			return
		}
		binary.path = filepath.Join(dir, "reranker")
		cmd := exec.Command("go", "build", "-ldflags", "-X main.version=smoke", "-o", binary.path, "./cmd/reranker")
		cmd.Dir = modeltest.Root(t)
		binary.out, binary.err = cmd.CombinedOutput()
	})
	if binary.err != nil {
		t.Fatalf("build: %v\n%s", binary.err, binary.out)
	}
	return binary.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if binary.path != "" {
		os.RemoveAll(filepath.Dir(binary.path))
	}
	os.Exit(code)
}

// process is a running server.
type process struct {
	cmd          *exec.Cmd
	url, metrics string
	mu           sync.Mutex
	log          strings.Builder
	ended        chan error
}

// serve starts a server on free ports and waits until it is ready.
func serve(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{ended: make(chan error, 1)}
	args = append([]string{"serve", "--model", modeltest.Dir(t), "--address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0"}, args...)
	p.cmd = exec.Command(build(t), args...)
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	go p.follow(stderr, ready)
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // fails if it has ended, as it should
	select {
	case <-ready:
	case err := <-p.ended:
		t.Fatalf("ended before it was ready: %v\n%s", err, p.said())
	case <-time.After(patience):
		t.Fatalf("not ready after %v\n%s", patience, p.said())
	}
	return p
}

// follow reads the log until the process ends.
func (p *process) follow(stderr io.Reader, ready chan<- struct{}) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var entry struct{ Msg, Address, MetricsAddress string }
		_ = json.Unmarshal(lines.Bytes(), &entry) // the last line may be plain text
		p.mu.Lock()
		p.log.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		switch entry.Msg {
		case "Listened":
			p.url, p.metrics = "http://"+entry.Address, "http://"+entry.MetricsAddress
		case "Became ready":
			close(ready)
		}
	}
	p.ended <- p.cmd.Wait()
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// terminate sends SIGTERM and returns how the process ended.
func (p *process) terminate() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(patience):
		return fmt.Errorf("still running %v after SIGTERM", patience)
	}
}

// until waits for something that the server does in intervals.
func until(t *testing.T, p *process, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); <-time.After(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s\n%s", patience, what, p.said())
		}
	}
}

// get returns status and body of a GET.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
