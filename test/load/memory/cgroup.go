// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// group is a memory cgroup of our own.
type group struct{ dir, version string }

// layout names the files of a version.
type layout struct{ mount, limit, used, peak, kills string }

var layouts = map[string]layout{
	"v1": {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"},
	"v2": {"/sys/fs/cgroup", "memory.max", "memory.current", "memory.peak", "memory.events"},
}

// newGroup makes a cgroup below our own.
func newGroup(limit int64) (*group, error) {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	version, own := "v2", "/"
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(parts) != 3:
		case parts[1] == "memory":
			version, own = "v1", parts[2]
		case parts[1] == "" && version == "v2":
			own = parts[2]
		}
	}
	l := layouts[version]
	var failures []error
	for _, parent := range []string{own, "/"} {
		g := &group{filepath.Join(l.mount, parent, "load-"+strconv.Itoa(os.Getpid())), version}
		if err = os.Mkdir(g.dir, 0o755); err == nil {
			err = os.WriteFile(filepath.Join(g.dir, l.limit), []byte(strconv.FormatInt(limit, 10)), 0o600)
		}
		if err == nil {
			return g, nil
		}
		failures = append(failures, err, os.Remove(g.dir))
	}
	return nil, errors.Join(failures...)
}

// used and peak are in bytes; 0 where the kernel does not tell.
func (g *group) used() int64 { return g.number(layouts[g.version].used) }
func (g *group) peak() int64 { return g.number(layouts[g.version].peak) }

func (g *group) number(file string) int64 {
	data, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n
}

// kills is how many processes the kernel ended for want of memory.
func (g *group) kills() int64 {
	data, err := os.ReadFile(filepath.Join(g.dir, layouts[g.version].kills))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), " "); name == "oom_kill" {
			n, _ := strconv.ParseInt(value, 10, 64)
			return n
		}
	}
	return 0
}

// remove gives the cgroup back once its process has left.
func (g *group) remove() error {
	var err error
	for range 50 {
		if err = os.Remove(g.dir); err == nil {
			return nil
		}
		<-time.After(100 * time.Millisecond)
	}
	return fmt.Errorf("remove the cgroup: %w", err)
}
