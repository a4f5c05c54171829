// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"runtime"

	"github.com/quantumrerank/quantumrerank/reranker/config"
)

// shareCores gives the engine as many threads as there are cores and Go one
// more to run goroutines on. Encoding occupies all of the engine's threads for
// as long as there is work. Without the spare one whoever knocks would wait for
// a time slice of 10 ms at every step of his request; with it the kernel lets
// him in at once, because a thread that has slept goes first.
func shareCores(p *config.Process) {
	if p.Threads == 0 {
		p.Threads = runtime.GOMAXPROCS(0)
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), p.Threads+1))
}
