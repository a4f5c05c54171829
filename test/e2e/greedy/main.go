// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Greedy stands in for the reranker where a test needs a pod that goes over its
// memory: it answers the probes and takes more and more. The reranker itself
// refuses work before it comes to that.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

func main() {
	go grow()
	mux := http.NewServeMux()
	for _, path := range []string{contract.PathHealthReady, contract.PathHealthLive} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	}
	server := &http.Server{Addr: ":" + strconv.Itoa(contract.HTTPPort), Handler: mux, ReadHeaderTimeout: time.Second}
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, "greedy:", err)
		os.Exit(1)
	}
}

// grow takes 16 MiB four times a second, and touches every page of it.
func grow() {
	var held [][]byte
	for range time.Tick(250 * time.Millisecond) {
		block := make([]byte, 16<<20)
		for i := 0; i < len(block); i += os.Getpagesize() {
			block[i] = 1
		}
		held = append(held, block)
		fmt.Println("holds", len(held)*16, "MiB")
	}
}
