// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build race

package engine

// raceDetector says whether this test binary runs under the race detector.
const raceDetector = true
