// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pod runs the real server as a process of its own, for programs that
// load it and for tests.
package pod

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Pod is a running server.
type Pod struct {
	// URL and Metrics are the bases of its two addresses.
	URL, Metrics string
	cmd          *exec.Cmd
	ended        chan error

	mu  sync.Mutex
	log strings.Builder
}

// Options say what to run.
type Options struct {
	Binary, Model string
	// Cgroup is the directory of a control group that the process enters before it
	// begins; empty for none.
	Cgroup string
	// Args follow those of the addresses.
	Args []string
}

// patience bounds every wait. It is generous: who waits asks what happens, not how
// fast.
const patience = 2 * time.Minute

// Start starts the binary on free ports of the loopback and waits until it is
// ready. The process has nothing of the caller's environment but the PATH, and is
// killed when ctx ends.
func Start(ctx context.Context, o Options) (*Pod, error) {
	p := &Pod{ended: make(chan error, 1)}
	command := []string{o.Binary, "serve", "--model", o.Model, "--address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0"}
	command = append(command, o.Args...)
	if o.Cgroup != "" {
		command = append([]string{"/bin/sh", "-c", `echo $$ >"$0/cgroup.procs" && exec "$@"`, o.Cgroup}, command...)
	}
	p.cmd = exec.CommandContext(ctx, command[0], command[1:]...)
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	go p.follow(stderr, ready)
	select {
	case <-ready:
		return p, nil
	case err := <-p.ended:
		return nil, fmt.Errorf("%s ended before it was ready: %w\n%s", o.Binary, err, p.Log())
	case <-time.After(patience):
		return nil, errors.Join(fmt.Errorf("%s is not ready after %v\n%s", o.Binary, patience, p.Log()), p.cmd.Process.Kill())
	}
}

// follow reads the log to its end: a server that cannot write its log stands
// still.
func (p *Pod) follow(stderr io.Reader, ready chan<- struct{}) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.log.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		var entry struct{ Msg, Address, MetricsAddress string }
		_ = json.Unmarshal(lines.Bytes(), &entry) // the last line may be plain text
		switch entry.Msg {
		case "Listened":
			p.URL, p.Metrics = "http://"+entry.Address, "http://"+entry.MetricsAddress
		case "Became ready":
			close(ready)
		}
	}
	p.ended <- p.cmd.Wait()
}

// Log is what the server has said so far.
func (p *Pod) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// Stop sends SIGTERM and returns how the server ended. It is called once.
func (p *Pod) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(patience):
		return errors.Join(fmt.Errorf("the server still runs %v after SIGTERM", patience), p.cmd.Process.Kill())
	}
}

// State is what the server's metrics say of its own size.
type State struct {
	Goroutines int
	Resident   int64
	Cache      int64   // bytes of prepared texts
	CPU        float64 // seconds of processor time since the start
}

// State reads the metrics.
func (p *Pod) State(ctx context.Context) (State, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Metrics+"/metrics", nil)
	if err != nil {
		return State{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return State{}, err
	}
	defer resp.Body.Close()
	var st State
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		v, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
		case name == "go_goroutines":
			st.Goroutines = int(v)
		case name == "process_resident_memory_bytes":
			st.Resident = int64(v)
		case name == "quantumrerank_cache_bytes":
			st.Cache = int64(v)
		case name == "process_cpu_seconds_total":
			st.CPU = v
		}
	}
	if st.Goroutines == 0 || st.Resident == 0 {
		return st, errors.New("the metrics lack goroutines or memory")
	}
	return st, nil
}
