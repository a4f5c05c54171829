// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quantumrerank/quantumrerank/test/pod"
)

// soakers send at a time; the sizes repeat, so that every third of the time
// sees the same work.
const soakers = 4

// mixture are documents and characters of the requests of a soak.
var mixture = []struct{ documents, characters int }{
	{10, 500}, {100, 500}, {1, 50_000}, {100, 500}, {1000, 200}, {50, 4000}, {10, 500}, {1000, 4000},
}

// soak sends a mixture of sizes for a while and looks whether memory grows:
// from the second third of the time to the last, the first fills the caches.
func soak(ctx context.Context, o options, p *pod.Pod, g *group, number int) (broken []string, err error) {
	if o.soak <= 0 {
		return nil, nil
	}
	var t tally
	var next atomic.Int64
	next.Store(int64(number))
	end := time.Now().Add(o.soak)
	var wg sync.WaitGroup
	for range soakers {
		wg.Go(func() {
			for time.Now().Before(end) && ctx.Err() == nil {
				n := int(next.Add(1))
				m := mixture[n%len(mixture)]
				t.send(ctx, p.URL, body{alphabets[n/len(mixture)%len(alphabets)], m.documents, m.characters, n})
			}
		})
	}
	samples, err := watch(ctx, p, end)
	wg.Wait()
	if err != nil {
		return nil, err
	}
	s, err := p.State(ctx)
	if err != nil {
		return nil, err
	}
	third := len(samples) / 3
	if third == 0 {
		return nil, fmt.Errorf("%d samples are too few for a plateau: soak for longer", len(samples))
	}
	middle, last := median(samples[third:2*third]), median(samples[2*third:])
	fmt.Printf("Soak of %v, %v: resident %d MiB in the second third, %d MiB in the last, at most %d MiB (medians); then %s.\n",
		o.soak, t.counts, middle>>20, last>>20, slices.Max(samples)>>20, size(s, g))
	if last > middle+middle/10+16<<20 {
		broken = append(broken, fmt.Sprintf("memory grows: %d MiB, then %d MiB", middle>>20, last>>20))
	}
	for _, u := range t.unclear {
		broken = append(broken, "unclear answer: "+u)
	}
	return broken, nil
}

// watch samples the resident set until end.
func watch(ctx context.Context, p *pod.Pod, end time.Time) (samples []int64, err error) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for time.Now().Before(end) {
		s, err := p.State(ctx)
		if err != nil {
			return nil, err
		}
		samples = append(samples, s.Resident)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return samples, nil
}

func median(x []int64) int64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
