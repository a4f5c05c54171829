// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quantumrerank/quantumrerank/test/pod"
)

// The policies and the rates, as multiples of the capacity.
const (
	policyRefuse = "Never"
	policyAnswer = "OnDeadline"
)

var factors = []float64{0.5, 1, 2, 4}

type options struct {
	binary, vegeta, model string
	documents, tokens     int
	rounds                int
	target, each          time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.StringVar(&o.binary, "server", "bin/reranker", "the server's binary")
	flag.StringVar(&o.vegeta, "vegeta", "bin/vegeta", "the load generator's binary")
	flag.StringVar(&o.model, "model", "bin/models/all-MiniLM-L6-v2", "directory of the model")
	flag.IntVar(&o.documents, "documents", 10, "documents of a request")
	flag.IntVar(&o.tokens, "tokens", 100, "words of a document, about as many tokens")
	flag.DurationVar(&o.target, "target", 500*time.Millisecond, "time within which an answer is good")
	flag.DurationVar(&o.each, "each", 10*time.Second, "time of each rate in a round")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each rate has its turn, so that no rate alone meets a slow minute of the machine")
	flag.Parse()
	if o.rounds < 2 {
		fmt.Fprintf(os.Stderr, "overload: -rounds is %d, want at least 2: nothing would tell whether memory grows from one to the next\n", o.rounds)
		os.Exit(2)
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "overload:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	s, err := pod.Start(ctx, pod.Options{Binary: o.binary, Model: o.model, Args: []string{"--drain-delay", "0s"}})
	if err != nil {
		return err
	}
	broken, err := measure(ctx, s, o)
	if err := errors.Join(err, s.Stop()); err != nil {
		return err
	}
	for _, b := range broken {
		fmt.Println("NOT KEPT:", b)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%d promises were not kept", len(broken))
	}
	fmt.Println("Every promise was kept.")
	return nil
}

func measure(ctx context.Context, s *pod.Pod, o options) (broken []string, err error) {
	peak, err := capacity(ctx, s.URL, o.documents, o.tokens, o.each)
	if err != nil {
		return nil, fmt.Errorf("measure the capacity: %w", err)
	}
	fmt.Printf("Capacity: %.1f requests of %d documents of about %d tokens a second. Load of the machine: %s\n\n",
		peak, o.documents, o.tokens, machineLoad())
	if err := idle(ctx, s); err != nil {
		return nil, err
	}
	var before, after pod.State
	levels := allLevels(peak)
	for turn := range o.rounds * len(levels) {
		l := &levels[turn%len(levels)]
		fmt.Fprintf(os.Stderr, "round %d of %d: %d requests/s under %s\n", turn/len(levels)+1, o.rounds, l.Rate, l.Policy)
		if err := one(ctx, s, o, l, uint64(turn+1)); err != nil {
			return nil, fmt.Errorf("%gx under %s: %w", l.Factor, l.Policy, err)
		}
		if turn == len(levels)-1 {
			// Every rate has left its mark: what is more after the last round is
			// what more of the same has left.
			if before, err = settled(ctx, s); err != nil {
				return nil, err
			}
		}
	}
	if after, err = settled(ctx, s); err != nil {
		return nil, err
	}
	fmt.Println(heading)
	for i := range levels {
		fmt.Println(levels[i].row())
	}
	fmt.Printf("\nAfter the first round: %d goroutines, %d MiB resident, %d MiB of it the cache; after the last: %d, %d MiB, %d MiB.\n",
		before.Goroutines, before.Resident>>20, before.Cache>>20, after.Goroutines, after.Resident>>20, after.Cache>>20)
	return promises(levels, before, after, o.target), nil
}

// allLevels are the rates under each policy.
func allLevels(peak float64) []level {
	var all []level
	for _, policy := range []string{policyRefuse, policyAnswer} {
		for _, factor := range factors {
			all = append(all, level{Policy: policy, Factor: factor, Rate: max(1, int(peak*factor))})
		}
	}
	return all
}

// one runs one rate for a turn.
func one(ctx context.Context, s *pod.Pod, o options, l *level, seed uint64) error {
	header := http.Header{"Content-Type": {"application/json"}, "X-Rerank-Degradation": {l.Policy}}
	if l.Policy == policyRefuse {
		header.Set("Request-Timeout-Ms", strconv.FormatInt(o.target.Milliseconds(), 10))
	}
	begin, err := s.State(ctx)
	if err != nil {
		return err
	}
	var live, detailed times
	probing, stop := context.WithCancel(ctx)
	defer stop()
	var g errgroup.Group
	g.Go(func() (err error) {
		live, err = probe(probing, http.DefaultClient, s.URL+"/health/live", 50*time.Millisecond)
		return err
	})
	g.Go(func() (err error) {
		detailed, err = probe(probing, http.DefaultClient, s.URL+"/health/detailed", 500*time.Millisecond)
		return err
	})
	hits, err := attack(ctx, o.vegeta, s.URL, header, newTexts(seed, o.documents, o.tokens), l.Rate, o.each)
	stop()
	if err := errors.Join(err, g.Wait()); err != nil {
		return err
	}
	end, err := s.State(ctx)
	if err != nil {
		return err
	}
	l.CPU += end.CPU - begin.CPU
	l.Seconds += o.each.Seconds()
	l.Live, l.Detailed = l.Live.with(live), l.Detailed.with(detailed)
	return l.judge(hits, o.target, onTheWay)
}

// idle tells how long the probes take when nothing is asked: what the machine
// and the other programs on it cost.
func idle(ctx context.Context, s *pod.Pod) error {
	ctx, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	live, err := probe(ctx, http.DefaultClient, s.URL+"/health/live", 20*time.Millisecond)
	fmt.Printf("Without load /health/live takes %v, one in a hundred %v or more.\n\n",
		live.at(0.5).Round(10*time.Microsecond), live.at(0.99).Round(10*time.Microsecond))
	return err
}

// settled is the state of the server when nothing is asked any more: after the
// connections that nobody uses are closed and the collector has run.
func settled(ctx context.Context, s *pod.Pod) (pod.State, error) {
	http.DefaultClient.CloseIdleConnections()
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
	}
	return s.State(ctx)
}

func machineLoad() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return string(data[:min(len(data), 14)])
}
