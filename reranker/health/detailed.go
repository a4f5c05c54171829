// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package health

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Words for the state of the whole and of one check.
const (
	Healthy   = "healthy"
	Degraded  = "degraded"
	Unhealthy = "unhealthy"

	StatusOK      = "ok"
	StatusWarning = "warning"
	StatusError   = "error"
)

// Report is the detailed state of a pod.
type Report struct {
	Status    string             `json:"status"`
	Timestamp float64            `json:"timestamp"`
	Ready     bool               `json:"ready"`
	Reason    string             `json:"reason,omitempty"`
	Checks    Checks             `json:"checks"`
	Breakers  map[string]Breaker `json:"breakers"`
}

// Checks are the single checks of a Report.
type Checks struct {
	Memory MemoryCheck `json:"memory"`
	Engine EngineCheck `json:"quantum_engine"`
}

// MemoryCheck is the memory in use against the limit.
type MemoryCheck struct {
	Status  string   `json:"status"`
	MB      *float64 `json:"memory_mb,omitempty"`
	Percent *float64 `json:"memory_percent,omitempty"`
	LimitGB *float64 `json:"memory_limit_gb,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// EngineCheck is the last run of the golden pair.
type EngineCheck struct {
	Status         string   `json:"status"`
	ResponseTimeMs *float64 `json:"response_time_ms,omitempty"`
	Similarity     *float64 `json:"similarity,omitempty"`
	Error          string   `json:"error,omitempty"`
}

// Detailed runs every check.
func (c *Checker) Detailed(ctx context.Context) Report {
	r := Report{Status: Healthy, Timestamp: Timestamp(c.now()), Breakers: map[string]Breaker{}}
	r.Ready, r.Reason = c.Ready()
	r.Checks.Memory = c.checkMemory()
	r.Checks.Engine = c.checkEngine(ctx)
	if e, ok := c.loaded(); ok && e.Breakers != nil {
		r.Breakers = e.Breakers()
	}
	for _, status := range []string{r.Checks.Memory.Status, r.Checks.Engine.Status} {
		switch {
		case status == StatusError:
			r.Status = Unhealthy
		case status == StatusWarning && r.Status == Healthy:
			r.Status = Degraded
		}
	}
	for _, b := range r.Breakers {
		if b.State != "closed" && r.Status == Healthy {
			r.Status = Degraded
		}
	}
	return r
}

// Timestamp returns t as seconds since 1970, with a fraction.
func Timestamp(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

func (c *Checker) checkMemory() MemoryCheck {
	m, err := c.Memory()
	if err != nil {
		return MemoryCheck{Status: StatusError, Error: err.Error()}
	}
	check := MemoryCheck{
		Status:  StatusOK,
		MB:      round(float64(m.UsedBytes)/(1<<20), 2),
		Percent: round(100*m.Share(), 2),
		LimitGB: round(float64(m.LimitBytes)/(1<<30), 3),
	}
	if m.Share() >= warnShare {
		check.Status = StatusWarning
	}
	return check
}

// checkEngine runs the golden pair, or repeats a result that is fresh. Calls at
// the same time share one run, and none waits for it for longer than
// answerTime once there is a result to give instead: a page about the health of
// a busy pod is of no use when it comes after its caller has given up.
func (c *Checker) checkEngine(ctx context.Context) EngineCheck {
	engine, ok := c.loaded()
	if !ok {
		_, step := c.State.Phase()
		return EngineCheck{Status: StatusError, Error: "not loaded: " + step}
	}
	last, running := c.begin(engine.SelfTest)
	if running == nil {
		return last
	}
	wait := selfTestTimeout + answerTime // the run ends before that
	if last.Status != "" {
		wait = answerTime
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-running:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.last
	case <-ctx.Done():
		return result(0, 0, ctx.Err())
	case <-timer.C:
		return c.busy()
	}
}

// begin returns the last result while it is fresh, and else the run that is
// under way or, where there is none, a new one.
func (c *Checker) begin(test SelfTest) (last EngineCheck, running <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lastTime.IsZero() && c.now().Sub(c.lastTime) < selfTestReuse {
		return c.last, nil
	}
	if c.running == nil {
		done := make(chan struct{})
		c.running = done
		go func() {
			defer close(done)
			// No caller's leaving says anything about the engine.
			check := run(context.Background(), test)
			c.mu.Lock()
			c.last, c.lastTime, c.running = check, c.now(), nil
			at := c.lastTime
			c.mu.Unlock()
			if c.OnSelfTest != nil {
				c.OnSelfTest(check.Status == StatusOK, at)
			}
		}()
	}
	return c.last, c.running
}

// busy is the answer while a run is under way: the last result with a warning.
// A run that never ends becomes an error of its own after selfTestTimeout.
func (c *Checker) busy() EngineCheck {
	c.mu.Lock()
	defer c.mu.Unlock()
	check := c.last
	if check.Status == StatusError {
		return check
	}
	check.Status = StatusWarning
	check.Error = fmt.Sprintf("the engine is busy: no result within %v, the last one is %v old",
		answerTime, c.now().Sub(c.lastTime).Round(100*time.Millisecond))
	return check
}

// Remember takes the result of the self-test that made the pod ready.
func (c *Checker) Remember(similarity float64, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.lastTime = result(similarity, took, nil), c.now()
}

// run runs one self-test in its own goroutine, so that an engine that hangs
// or panics is an answer too.
func run(ctx context.Context, test SelfTest) EngineCheck {
	ctx, cancel := context.WithTimeout(ctx, selfTestTimeout)
	defer cancel()
	done := make(chan EngineCheck, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- EngineCheck{Status: StatusError, Error: fmt.Sprintf("self-test panicked: %v", v)}
			}
		}()
		done <- result(test(ctx))
	}()
	select {
	case check := <-done:
		return check
	case <-ctx.Done():
		return result(0, 0, ctx.Err())
	}
}

func result(similarity float64, took time.Duration, err error) EngineCheck {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return EngineCheck{Status: StatusError, Error: fmt.Sprintf("no result within %v", selfTestTimeout)}
	case err != nil:
		return EngineCheck{Status: StatusError, Error: err.Error()}
	case math.IsNaN(similarity) || math.IsInf(similarity, 0):
		return EngineCheck{Status: StatusError, Error: "the similarity is not a number"}
	}
	return EngineCheck{
		Status:         StatusOK,
		ResponseTimeMs: round(took.Seconds()*1000, 3),
		Similarity:     &similarity,
	}
}

func round(x float64, digits int) *float64 {
	p := math.Pow10(digits)
	x = math.Round(x*p) / p
	return &x
}
