// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/test/pod"
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

// serve starts a server on free ports and waits until it is ready.
func serve(t *testing.T, args ...string) *pod.Pod {
	t.Helper()
	p, err := pod.Start(t.Context(), pod.Options{Binary: build(t), Model: modeltest.Dir(t), Args: args})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// until waits for something that the server does in intervals.
func until(t *testing.T, p *pod.Pod, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); <-time.After(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s\n%s", patience, what, p.Log())
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
