// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// group is what a cgroup says of its memory.
type group struct {
	version     string
	used, limit int64
}

// layout is where a version of cgroups keeps its figures.
type layout struct {
	version, mount, used, limit, inactive string
}

var layouts = map[string]layout{
	"v1": {"cgroup v1", "sys/fs/cgroup/memory", "memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file"},
	"v2": {"cgroup v2", "sys/fs/cgroup", "memory.current", "memory.max", "inactive_file"},
}

// group finds the cgroup of this process. Its path in /proc/self/cgroup is the
// host's: in a container without a cgroup namespace only the mount's root,
// which shows the container's own group, exists.
func (r *Reader) group() (group, bool) {
	data, err := os.ReadFile(filepath.Join(r.root, "proc/self/cgroup"))
	if err != nil {
		return group{}, false
	}
	version, own := memoryController(string(data))
	l := layouts[version]
	for _, dir := range []string{path.Join("/", own), "/"} {
		if g, ok := r.readGroup(l, filepath.Join(r.root, l.mount, dir)); ok {
			return g, true
		}
	}
	return group{}, false
}

// memoryController reads lines "ID:CONTROLLERS:PATH". Version 2 has the one
// line "0::PATH"; where both are mounted, the memory controller belongs to
// version 1 if a line names it.
func memoryController(text string) (version, own string) {
	version = "v2"
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for controller := range strings.SplitSeq(parts[1], ",") {
			if controller == "memory" {
				return "v1", parts[2]
			}
		}
		if parts[1] == "" {
			own = parts[2]
		}
	}
	return version, own
}

func (r *Reader) readGroup(l layout, dir string) (group, bool) {
	used, ok := number(filepath.Join(dir, l.used))
	if !ok {
		return group{}, false
	}
	limit, ok := number(filepath.Join(dir, l.limit))
	if !ok {
		return group{}, false
	}
	inactive := statLine(filepath.Join(dir, "memory.stat"), l.inactive)
	return group{l.version, max(used-inactive, 0), limit}, true
}

// number reads a file of one number; "max" is the largest.
func number(name string) (int64, bool) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	text := strings.TrimSpace(string(data))
	if text == "max" {
		return math.MaxInt64, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// statLine returns one figure of memory.stat, 0 where there is none: without
// it the working set is read too high, which errs on the safe side.
func statLine(name, key string) int64 {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), " ")
		if k != key {
			continue
		}
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	return 0
}
