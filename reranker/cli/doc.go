// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cli is the command line of the pod binary: one file per command, and
// the wiring that puts the parts together (assemble.go).
//
// Results go to the standard output and nothing else does: progress, logs and
// errors go to the standard error. An error is one sentence that says what to
// do about it where that is known. The exit status says of which kind it was:
//
//	0  all went well
//	1  something failed
//	2  the command line or the settings are wrong
//	3  the model is missing or is not what it should be
//	4  the memory limit is too small for the model
//
// and 128 with a signal's number beside it where that ended the command.
package cli
