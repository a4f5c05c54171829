// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 is the Reranker API, group quantumrerank.io.
//
// A Reranker says what should be served; its status says what is. The schema
// holds bounds and CEL rules but no defaults: a default that the API server
// writes into spec looks like drift to everything that compares it with Git.
// Defaults live in Resolve, which is pure, and are published in
// status.effective.
//
// +kubebuilder:object:generate=true
// +kubebuilder:ac:generate=true
// +kubebuilder:ac:output:package=applyconfiguration
// +groupName=quantumrerank.io
package v1alpha1
