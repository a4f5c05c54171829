// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package integration runs the operator against a real API server and etcd.
// There is no kubelet and no controller manager: tests play their part where a
// case needs it, by writing the status that those would write.
//
// Every test has its own namespace and its own operator, which acts as the
// service account of config/rbac with exactly the rights of config/rbac.
//
// The binaries come from the directory in KUBEBUILDER_ASSETS; `make
// integration` finds or builds them.
package integration
