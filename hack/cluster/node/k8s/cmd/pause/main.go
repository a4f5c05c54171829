// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Pause is the process that holds the namespaces of a pod while its containers
// come and go. It sleeps until it is told to end. Where a pod shares its process
// namespace it is process 1, so it also collects the orphans that end there.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			return
		}
		collect()
	}
}

// collect waits for every child that has ended; one SIGCHLD may stand for many.
func collect() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if pid <= 0 || err != nil {
			return
		}
	}
}
