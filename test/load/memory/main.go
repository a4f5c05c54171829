// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/test/pod"
)

type options struct {
	binary, model string
	atOnce        int
	soak          time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.StringVar(&o.binary, "server", "bin/reranker", "the server's binary")
	flag.StringVar(&o.model, "model", "bin/models/all-MiniLM-L6-v2", "directory of the model")
	flag.IntVar(&o.atOnce, "at-once", 16, "requests at a time")
	flag.DurationVar(&o.soak, "soak", 10*time.Minute, "how long the mixture of sizes is sent, at each limit")
	flag.Parse()
	failed := false
	for _, limit := range []int64{2 << 30, 512 << 20} {
		broken, err := run(ctx, o, limit)
		if err != nil {
			fmt.Fprintln(os.Stderr, "memory:", err)
			os.Exit(1)
		}
		for _, b := range broken {
			fmt.Println("NOT KEPT:", b)
		}
		failed = failed || len(broken) > 0
	}
	if failed {
		os.Exit(1)
	}
	fmt.Println("Every promise was kept.")
}

// run holds one limit.
func run(ctx context.Context, o options, limit int64) (broken []string, err error) {
	fmt.Printf("\nLimit %d MiB: ", limit>>20)
	g, err := newGroup(limit)
	dir := ""
	if err != nil {
		fmt.Printf("no cgroup can be made here (%v), so that nothing would be killed; the resident set counts.\n", err)
		g = nil
	} else {
		dir = g.dir
		fmt.Printf("cgroup %s.\n", g.version)
	}
	p, err := pod.Start(ctx, pod.Options{
		Binary: o.binary, Model: o.model, Cgroup: dir,
		Args: []string{"--memory-limit", strconv.FormatInt(limit, 10), "--drain-delay", "0s"},
	})
	if err != nil {
		return nil, err
	}
	broken, err = load(ctx, o, p, g)
	// A process that was killed says so here.
	if err := p.Stop(); err != nil {
		broken = append(broken, fmt.Sprintf("the server ended badly: %v", err))
	}
	if g != nil {
		if n := g.kills(); n > 0 {
			broken = append(broken, fmt.Sprintf("%d processes were killed for want of memory", n))
		}
		fmt.Printf("Highest use of the cgroup: %d MiB, kills: %d.\n", g.peak()>>20, g.kills())
		err = errors.Join(err, g.remove())
	}
	return broken, err
}

func load(ctx context.Context, o options, p *pod.Pod, g *group) (broken []string, err error) {
	s, err := p.State(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Printf("At the start: %s.\n", size(s, g))
	number := 0
	for _, a := range alphabets {
		full := body{alphabet: a, documents: mostDocuments, characters: mostCharacters}
		for name, b := range map[string]body{"whole": full, "what fits into a body": full.within(contract.DefaultMaxBodyBytes)} {
			var t tally
			from := time.Now()
			t.round(ctx, p.URL, o.atOnce, func(i int) body { c := b; c.number = number + i; return c })
			number += o.atOnce
			if s, err = p.State(ctx); err != nil {
				return nil, fmt.Errorf("after %s, %s: %w", a.name, name, err)
			}
			fmt.Printf("%d requests of 1000 documents, %s, %s, %d MiB each: %v in %.0f s; then %s.\n",
				o.atOnce, a.name, name, b.size()>>20, t.counts, time.Since(from).Seconds(), size(s, g))
			for _, u := range t.unclear {
				broken = append(broken, "unclear answer: "+u)
			}
		}
	}
	more, err := soak(ctx, o, p, g, number)
	return append(broken, more...), err
}

// size is the memory of the server in words.
func size(s pod.State, g *group) string {
	text := fmt.Sprintf("%d MiB resident, %d goroutines", s.Resident>>20, s.Goroutines)
	if g != nil {
		text += fmt.Sprintf(", %d MiB in the cgroup", g.used()>>20)
	}
	return text
}
