// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package monitoring holds alerts, dashboard and their pages together: every
// alert has a page, every query asks for series that exist. With the build tag
// monitoring, promtool tests what the alerts say, and a real Prometheus scrapes
// a real server until an alert fires (`make monitoring`).
package monitoring
