// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pod runs the real server as a process of its own, for programs that
// load it.
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
	"syscall"
	"time"
)

// Pod is a running server.
type Pod struct {
	// URL and Metrics are the bases of its two addresses.
	URL, Metrics string
	cmd          *exec.Cmd
	ended        chan error
}

const startTime = time.Minute

// Start starts the binary on free ports of the loopback and waits until it is
// ready. enter is a directory of a cgroup that the process enters before it
// begins; empty for none.
func Start(ctx context.Context, binary, model, enter string, args ...string) (*Pod, error) {
	s := &Pod{ended: make(chan error, 1)}
	args = append([]string{"serve", "--model", model, "--address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0", "--drain-delay", "0s"}, args...)
	if enter != "" {
		args = append([]string{"-c", `echo $$ >"$0/cgroup.procs" && exec "$@"`, enter, binary}, args...)
		binary = "/bin/sh"
	}
	s.cmd = exec.CommandContext(ctx, binary, args...)
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	go s.follow(stderr, ready)
	select {
	case <-ready:
		return s, nil
	case err := <-s.ended:
		return nil, fmt.Errorf("%s ended before it was ready: %w", binary, err)
	case <-time.After(startTime):
		return nil, errors.Join(fmt.Errorf("%s is not ready after %v", binary, startTime), s.cmd.Process.Kill())
	}
}

// follow reads the log to its end: a server that cannot write its log stands
// still.
func (s *Pod) follow(log io.Reader, ready chan<- struct{}) {
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !strings.Contains(lines.Text(), `"Listened"`) && !strings.Contains(lines.Text(), `"Became ready"`) {
			continue
		}
		var entry struct{ Msg, Address, MetricsAddress string }
		if json.Unmarshal(lines.Bytes(), &entry) != nil {
			continue
		}
		if entry.Msg == "Listened" {
			s.URL, s.Metrics = "http://"+entry.Address, "http://"+entry.MetricsAddress
		} else {
			close(ready)
		}
	}
	s.ended <- s.cmd.Wait()
}

// Stop ends the server and returns how it ended.
func (s *Pod) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-s.ended:
		return err
	case <-time.After(startTime):
		return errors.Join(errors.New("the server does not end"), s.cmd.Process.Kill())
	}
}

// State is what the server's metrics say of its own size.
type State struct {
	Goroutines int
	Resident   int64
	CPU        float64 // seconds of processor time since the start
}

// State reads the metrics.
func (s *Pod) State(ctx context.Context) (State, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Metrics+"/metrics", nil)
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
		case name == "process_cpu_seconds_total":
			st.CPU = v
		}
	}
	if st.Goroutines == 0 || st.Resident == 0 {
		return st, errors.New("the metrics lack goroutines or memory")
	}
	return st, nil
}
