// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"context"
	"log/slog"
	"time"
)

// Watch reloads every interval until ctx ends. It logs an error once, when it
// first appears.
func (p *Pair) Watch(ctx context.Context, interval time.Duration, log *slog.Logger) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var before string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		changed, err := p.Reload()
		switch {
		case err != nil && err.Error() != before:
			before = err.Error()
			log.Error("Kept the old certificate", "error", err, "notAfter", p.NotAfter())
		case err == nil:
			before = ""
		}
		if changed {
			log.Info("Read the certificate again", "notAfter", p.NotAfter())
		}
	}
}
