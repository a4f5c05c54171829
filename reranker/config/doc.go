// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package config reads and checks what a pod is told: the settings that the
// operator writes (contract.Settings) and the few things that belong to the
// process alone, such as addresses and the log's level.
//
// A value comes from the first of these that names it:
//
//	flag  >  environment (QUANTUMRERANK_*)  >  settings file  >  default
//
// Nothing is accepted and ignored. An unknown field, a key given twice, a
// value of the wrong type or out of its bounds is an error that names the
// source, the field and the value. One table (fields.go) says for each setting
// its field, flag, environment variable, bounds and help, so that the four
// cannot drift apart.
package config
