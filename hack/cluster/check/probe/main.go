// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Probe is a small server with switches, for finding out whether a cluster does
// what Kubernetes promises: readiness that can be turned off, memory that grows
// on demand, and a client to ask from inside a pod.
//
//	probe serve          answer on :8080 until SIGTERM
//	probe get URL        print status and body
//	probe lookup NAME    print the addresses of a name
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve(ctx)
	case len(args) == 2 && args[0] == "get":
		return get(ctx, args[1])
	case len(args) == 2 && args[0] == "lookup":
		return lookup(ctx, args[1])
	}
	return errors.New("want: serve | get URL | lookup NAME")
}

func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Print(response.StatusCode, " ", string(body))
	return err
}

func lookup(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, name)
	fmt.Println(addresses)
	return err
}

// switches is what a request can change.
type switches struct {
	unready atomic.Bool
	mu      sync.Mutex
	held    [][]byte
}

func serve(ctx context.Context) error {
	s := &switches{}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, host) })
	mux.HandleFunc("/live", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/ready", s.ready)
	mux.HandleFunc("/ready/off", func(http.ResponseWriter, *http.Request) { s.unready.Store(true) })
	mux.HandleFunc("/ready/on", func(http.ResponseWriter, *http.Request) { s.unready.Store(false) })
	mux.HandleFunc("/eat", s.eat)
	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	// Requests still come while the news of this pod's end travels to the proxies.
	context.AfterFunc(ctx, func() {
		time.Sleep(2 * time.Second)
		_ = server.Shutdown(context.Background())
	})
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *switches) ready(w http.ResponseWriter, _ *http.Request) {
	if s.unready.Load() {
		http.Error(w, "switched off", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// eat takes ?mb= megabytes, touches every page, and keeps them.
func (s *switches) eat(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("mb"))
	if err != nil || n < 0 || n > 4096 {
		http.Error(w, "want mb=0..4096", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		s.held = append(s.held, block)
	}
	fmt.Fprintln(w, "ate", n)
}
