// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"fmt"
	"os"
	"runtime/debug"
)

// heapGrowth is by how many percent the heap may grow before it is collected. Go's own
// 100 held a third more memory under the largest requests (docs/performance.md), and made no
// difference in what was answered: hardly anything but requests is allocated.
const heapGrowth = 40

// LimitHeap tells Go's collector to keep the heap below 85 % of limit, and returns the
// figure that is in force. The rest is for what the collector does not count: the mapped
// weights, stacks of the kernel and a burst between two cycles. A GOMEMLIMIT from
// outside is left alone.
func LimitHeap(limit int64) int64 {
	if os.Getenv("GOMEMLIMIT") == "" && limit > 0 {
		debug.SetMemoryLimit(limit / 100 * 85)
	}
	return debug.SetMemoryLimit(-1)
}

// CollectOften has the heap collected after heapGrowth, far from its limit, too. It is for
// serving: what loading a model allocates stays, and collecting at every step of
// it made a start a tenth longer. A GOGC from outside is left alone.
func CollectOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}

// Need is what a process must hold before it serves the first request.
type Need struct {
	// Weights are the bytes of the weights, in float32 if they are not prepared.
	Weights int64
	// Cache is the limit of the document cache.
	Cache int64
}

// The parts of the estimate. The weights are mapped, packed for the kernels and
// dropped again, but for the table of embeddings, so that about their size
// stays. Measured with all-MiniLM-L6-v2 (87 MiB) in float32, the larger
// precision: 112 MiB resident when ready, where these say 135; 152 MiB after
// some requests of 100 documents.
const (
	runtimeBytes  = 40 << 20 // Go's runtime, the tokenizer, code, buffers of idle connections
	workBytes     = 48 << 20 // activations of the workers and one request of usual size
	weightsFactor = 1.1
)

// TooSmallError says that a limit leaves no room for the model.
type TooSmallError struct {
	Need, Limit, Weights int64
}

func (e *TooSmallError) Error() string {
	return fmt.Sprintf("memory limit of %d MiB is too small: the model's weights of %d MiB need about %d MiB in all; raise the memory limit or choose a smaller model",
		e.Limit>>20, e.Weights>>20, (e.Need+(1<<20)-1)>>20)
}

// fixed is the part of limit that is in use whatever is asked.
func (n Need) fixed() int64 {
	return int64(weightsFactor*float64(n.Weights)) + runtimeBytes
}

// CheckFit returns a *TooSmallError if the model cannot be served within limit.
func CheckFit(n Need, limit int64) error {
	need := n.fixed() + workBytes
	// Serving stops at the mark of NotReady, so that is all there is.
	if float64(need) > marks[NotReady]*float64(limit) {
		return &TooSmallError{Need: int64(float64(need) / marks[NotReady]), Limit: limit, Weights: n.Weights}
	}
	return nil
}

// Plan divides what the limit leaves beside the model.
type Plan struct {
	// Cache is the limit of the document cache, at most what was asked for.
	Cache int64
	// Requests is the budget of bytes for requests in flight.
	Requests int64
}

// Divide plans for a limit that passed CheckFit: requests first, because a pod
// that cannot hold a request is of no use, then the cache. It stays below the
// mark at which memory is freed, so that a full house is a normal one.
func Divide(n Need, limit int64) Plan {
	room := max(int64(marks[Warn]*float64(limit))-n.fixed()-workBytes/2, workBytes/2)
	cache := min(n.Cache, room/3)
	// Two thirds for what lives, one for the garbage that stands beside it until
	// the next collection: with all of it a process of 512 MiB came to 84 % of
	// its limit under sixteen of the largest requests.
	return Plan{Cache: cache, Requests: (room - cache) / 3 * 2}
}
