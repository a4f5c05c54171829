// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/certificate"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
)

// certificateInterval is how often the certificate is read again. Renewals come
// days before the old one ends.
const certificateInterval = 10 * time.Second

// openCertificate returns nil, for a server without TLS, without a directory.
func openCertificate(ctx context.Context, dir string, log *slog.Logger) (*certificate.Pair, error) {
	if dir == "" {
		return nil, nil
	}
	pair, err := certificate.Open(dir)
	if err != nil {
		return nil, err
	}
	go pair.Watch(ctx, certificateInterval, log)
	return pair, nil
}

func tlsConfig(pair *certificate.Pair) *tls.Config {
	if pair == nil {
		return nil
	}
	return pair.Config()
}

// showCertificate makes the series of a certificate, 0 where there is none.
func showCertificate(m *metrics.Metrics, pair *certificate.Pair) {
	m.Gauge("tls_certificate_not_after_timestamp_seconds", "When the API's certificate ends; 0 without TLS.", func() float64 {
		if pair == nil {
			return 0
		}
		return float64(pair.NotAfter().Unix())
	})
	m.Counter("tls_certificate_reload_failures_total", "How often the API's certificate could not be read again.", func() float64 {
		if pair == nil {
			return 0
		}
		return float64(pair.Failures())
	})
}
