// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Options configure a Monitor.
type Options struct {
	Reader *Reader
	// Every is the time between two measurements; 500 ms. The figure moves by
	// at most some 100 MiB in that time, at the rate at which bodies arrive.
	Every time.Duration
	// Reclaim gives memory back that nobody uses; debug.FreeOSMemory. It is
	// called before a higher stage is entered: the collector lets garbage stand
	// up to the soft limit, and garbage is no reason to refuse anybody.
	Reclaim func()
	// OnStage is called after a change of stage, from the goroutine of Run.
	OnStage func(from, to Stage)
	// Logger receives one line per change; nil logs nothing.
	Logger *slog.Logger
}

// Monitor measures regularly and tells of changes.
type Monitor struct {
	opt  Options
	read func() (Sample, error)

	mu    sync.Mutex
	stage Stage
	last  Sample
	err   error

	reclaimed time.Time // used by Check alone
}

// reclaimPause bounds how often the monitor makes the collector work: some tens
// of milliseconds of one core every two seconds at most.
const reclaimPause = 2 * time.Second

// NewMonitor returns a monitor that has measured nothing yet.
func NewMonitor(opt Options) *Monitor {
	if opt.Every <= 0 {
		opt.Every = 500 * time.Millisecond
	}
	if opt.Reclaim == nil {
		opt.Reclaim = debug.FreeOSMemory
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	return &Monitor{opt: opt, read: opt.Reader.Read}
}

// Run measures until ctx ends.
func (m *Monitor) Run(ctx context.Context) {
	ticker := time.NewTicker(m.opt.Every)
	defer ticker.Stop()
	for {
		m.Check()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Check measures once and reacts. It is not to be called at the same time as
// Run.
func (m *Monitor) Check() Stage {
	s, err := m.read()
	next := Next(m.Stage(), s.Share())
	// Who refuses everything allocates nothing, and nobody else collects.
	if err == nil && (next > m.Stage() || next >= Shed) && time.Since(m.reclaimed) >= reclaimPause {
		m.opt.Reclaim()
		m.reclaimed = time.Now()
		s, err = m.read()
	}
	m.mu.Lock()
	from := m.stage
	m.err = err
	if err == nil {
		m.last, m.stage = s, Next(from, s.Share())
	}
	to := m.stage
	m.mu.Unlock()
	if from != to {
		m.changed(from, to, s)
	}
	return to
}

func (m *Monitor) changed(from, to Stage, s Sample) {
	level := slog.LevelInfo
	if to > from {
		level = slog.LevelWarn
	}
	m.opt.Logger.Log(context.Background(), level, "Memory changed stage",
		"from", from.String(), "to", to.String(), "usedBytes", s.Used, "limitBytes", s.Limit, "source", s.Source)
	if m.opt.OnStage != nil {
		m.opt.OnStage(from, to)
	}
}

// Stage returns the present stage.
func (m *Monitor) Stage() Stage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stage
}

// Last returns the last measurement, or why there is none.
func (m *Monitor) Last() (Sample, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last, m.err
}
