// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package certificate keeps the TLS certificate of the API's port: read from a
// directory such as a mounted Secret of type kubernetes.io/tls, and read again
// while the server runs, so that a renewal needs no restart. A pair that is
// broken never replaces one that works.
//
// The directory is read in intervals instead of being watched: the kubelet
// swaps a symbolic link, which file notification reports on some file systems
// and not on others, and a renewal is not urgent.
package certificate
