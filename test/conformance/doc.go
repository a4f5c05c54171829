// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package conformance holds the server to what others say about it: the rules
// of a request written in Python with pydantic (reference_rules.py), and the
// client libraries that people use (clients.py, run with clients.sh).
package conformance
