// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package certificate keeps the TLS certificate of the API's port: read from a
// directory such as a mounted Secret of type kubernetes.io/tls, and read again
// while the server runs, so that a renewal needs no restart. A pair that is
// broken never replaces one that works.
package certificate
