// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"context"
	"time"
)

// Work is what one request brings.
type Work struct {
	// Costs holds the tokens of each item, in the order of work.
	Costs []int
	// Run works on some items, named by their indices in Costs. It is called
	// on a worker, at the same time as other calls of the same Work, and not
	// again after Do has returned; a call that has begun may outlive Do when
	// the context ended. An error means that the work was not done; it is not
	// passed on.
	Run func(ctx context.Context, items []int) error
	// FinishBy is when the last micro-batch must have ended to be of use; one
	// that is predicted to end later is not begun. Zero means no such time.
	FinishBy time.Time
}

// Outcome says how far the work came.
type Outcome struct {
	// Begun is the number of items, counted from the first, that were begun.
	// All of them have ended when Do returned without an error.
	Begun int
	// Waited is the time until the first item began.
	Waited time.Duration
}

// job is a Work in the house. Its fields are under the scheduler's lock.
type job struct {
	ctx     context.Context
	work    Work
	next    int // the first item that has not begun
	running int // micro-batches that have not ended
	stopped bool
	done    chan struct{} // closed when nothing runs and nothing more will
	arrived time.Time
	begun   time.Time
}

// finish closes done once nothing runs and nothing is left to begin.
func (j *job) finish() {
	if j.running > 0 || (!j.stopped && j.next < len(j.work.Costs)) {
		return
	}
	select {
	case <-j.done:
	default:
		close(j.done)
	}
}

// take returns the items of the next micro-batch: as many as fit into tokens,
// at least one. It returns none when even one would end after FinishBy.
func (j *job) take(tokens int, need func(tokens int) time.Duration) []int {
	if !j.work.FinishBy.IsZero() {
		left := time.Until(j.work.FinishBy)
		if need(j.work.Costs[j.next]) > left {
			return nil
		}
		for tokens > j.work.Costs[j.next] && need(tokens) > left {
			tokens /= 2
		}
	}
	items := []int{j.next}
	sum := j.work.Costs[j.next]
	for i := j.next + 1; i < len(j.work.Costs) && sum+j.work.Costs[i] <= tokens; i++ {
		items = append(items, i)
		sum += j.work.Costs[i]
	}
	j.next += len(items)
	return items
}
