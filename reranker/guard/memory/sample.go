// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Sample is one measurement.
type Sample struct {
	// Used and Limit are in bytes.
	Used, Limit int64
	// Resident is the resident set of the process, for information.
	Resident int64
	// Source says what Used is: "cgroup v2", "cgroup v1" or "rss".
	Source string
}

// Share is the used part of the limit.
func (s Sample) Share() float64 {
	if s.Limit <= 0 {
		return 0
	}
	return float64(s.Used) / float64(s.Limit)
}

// Reader measures this process.
type Reader struct {
	root  string // of the file system; "/" but in tests
	limit int64
}

// NewReader measures against limit bytes, or the cgroup's limit where that is
// smaller.
func NewReader(limit int64) *Reader { return newReader("/", limit) }

func newReader(root string, limit int64) *Reader { return &Reader{root: root, limit: limit} }

// Read measures. It fails only where not even the resident set can be read.
func (r *Reader) Read() (Sample, error) {
	resident, rssErr := r.resident()
	s := Sample{Used: resident, Limit: r.limit, Resident: resident, Source: "rss"}
	if g, ok := r.group(); ok && g.limit <= r.limit {
		s.Used, s.Limit, s.Source = g.used, g.limit, g.version
		return s, nil
	}
	if rssErr != nil {
		return Sample{}, fmt.Errorf("measure memory: %w", rssErr)
	}
	return s, nil
}

// resident reads VmRSS.
func (r *Reader) resident() (int64, error) {
	data, err := os.ReadFile(filepath.Join(r.root, "proc/self/status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("parse VmRSS: %w", err)
			}
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("no VmRSS in %s", filepath.Join(r.root, "proc/self/status"))
}
