// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
	"github.com/quantumrerank/quantumrerank/test/quality/collect"
)

func mean(x []float64) float64 { return measure.Mean(x) }

// gridPoint is a pair of weights of the hybrid.
type gridPoint struct{ quantum, lexical float64 }

// grid is coarse on purpose: finer weights would fit noise.
func grid() []gridPoint {
	var g []gridPoint
	for a := range 6 {
		for l := range 6 {
			g = append(g, gridPoint{float64(a) / 10, float64(l) / 10})
		}
	}
	return g
}

// judgeGrid ranks by the hybrid at every point of the grid, with the first
// stage's scores if usePriors. The parts are computed once.
func judgeGrid(pools []calibrate.Pool, digest string, usePriors bool) ([]calibrate.Result, error) {
	s, err := method.NewScorer(method.Options{ModelDigest: digest})
	if err != nil {
		return nil, err
	}
	parts := make([][]method.Score, len(pools))
	collect.Parallel(len(pools), func(i int) {
		for _, d := range pools[i].Documents {
			parts[i] = append(parts[i], s.Score(method.Hybrid, pools[i].Query, d, nil))
		}
	})
	var results []calibrate.Result
	for _, g := range grid() {
		opt := weights(g.quantum, g.lexical)
		opt.ModelDigest = digest
		s, err := method.NewScorer(opt)
		if err != nil {
			return nil, err
		}
		var r calibrate.Result
		for i, p := range pools {
			scores := make([]float64, len(parts[i]))
			for j, x := range parts[i] {
				var prior *float64
				if usePriors {
					prior = &p.Priors[j]
				}
				scores[j] = s.Mix(x, prior)
			}
			r.Add(scores, p)
		}
		results = append(results, r)
	}
	return results, nil
}

// best returns the index of the grid point with the largest mean nDCG@10.
func best(results []calibrate.Result) int {
	top := 0
	for i := range results {
		if mean(results[i].NDCG10) > mean(results[top].NDCG10) {
			top = i
		}
	}
	return top
}

// calibrate measures the spreads that the mixture divides by.
func (m *measured) calibrate(c *collect.Collection) error {
	for _, state := range []method.State{method.Mixed, method.Pure, method.Overlap, method.Fidelity} {
		s, err := method.NewScorer(method.Options{Quantum: method.QuantumOptions{State: state}})
		if err != nil {
			return err
		}
		pools, err := c.Pools(s)
		if err != nil {
			return err
		}
		spread, err := calibrate.Spread(s, pools)
		if err != nil {
			return fmt.Errorf("calibrate %s on %s: %w", state, m.Name, err)
		}
		m.Calibration[string(state)] = spread.String()
	}
	return nil
}
