// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package shots draws what a finite number of measurements would have shown
// instead of an exact probability. It exists to study how many repetitions a
// quantum device would need; exact scores are the default everywhere.
//
// Two estimators of a fidelity x from S repetitions:
//
//	swap       K ~ Bin(S, (1+x)/2), x^ = 2K/S - 1, sd = sqrt((1 - x^2)/S)
//	inversion  K ~ Bin(S, x),       x^ = K/S,      sd = sqrt(x(1 - x)/S)
//
// The swap test (Buhrman, Cleve, Watrous and de Wolf 2001) may return less
// than zero; the estimate is left as it is, because clipping would bias its
// mean upwards.
package shots
