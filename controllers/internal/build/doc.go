// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package build makes the child objects of a Reranker. Every builder is a pure
// function of Input: no client, clock, log or environment, so that golden
// files can hold the result and `operator plan` can print it offline.
//
// Builders return apply configurations, which name only the fields that the
// operator decides. What is left out belongs to somebody else: spec.replicas
// of the Deployment above all, which is written by another field manager or by
// the autoscaler.
package build
