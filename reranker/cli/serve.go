// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/guard/auth"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
	"github.com/quantumrerank/quantumrerank/reranker/guard/quota"
	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/server"
)

func (c *command) serve() *cobra.Command {
	var lastWordsFile string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the HTTP API",
		Long: `Serve the HTTP API. The server listens at once and is ready when the model is
loaded, its weights are verified and a golden pair of texts has gone through it.

SIGTERM and SIGINT end it: it stops being ready, keeps serving while others
notice (--drain-delay), finishes what it has (--drain-timeout) and ends with
status 0. A second signal ends it at once.

Exit status: 0 ended by a signal, 1 failed, 2 wrong settings, 3 model missing or
not what it should be, 4 memory limit too small for the model. In a pod the
cause is also written to the termination log, as JSON.`,
		Example: `  reranker serve
  reranker serve --model models/all-MiniLM-L6-v2 --address localhost:9000 --log-format text
  reranker serve --config /etc/quantumrerank/settings.json`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := c.runServe(cmd)
			if err != nil {
				if wordsErr := lastWords(lastWordsFile, err); wordsErr != nil {
					slog.New(slog.NewJSONHandler(c.Err, nil)).Warn("Could not write the termination log", "error", wordsErr)
				}
			}
			return err
		},
	}
	cmd.Flags().String("config", "", "settings file (JSON) [$QUANTUMRERANK_CONFIG]")
	cmd.Flags().StringVar(&lastWordsFile, "termination-log", contract.TerminationLog, "file for the cause of a failure, written if it exists")
	addFlags(cmd)
	return cmd
}

// boundMemory lowers the limit to that of the container, where that is smaller:
// what is planned beyond it ends with the process.
func boundMemory(s *contract.Settings, reader *memory.Reader) {
	if sample, err := reader.Read(); err == nil {
		s.MemoryLimit = min(s.MemoryLimit, sample.Limit)
	}
}

func (c *command) runServe(cmd *cobra.Command) error {
	cfg, _, err := load(cmd)
	if err != nil {
		return err
	}
	log := newLogger(c.Err, cfg.Process)
	reader := memory.NewReader(cfg.Settings.MemoryLimit)
	boundMemory(&cfg.Settings, reader)
	memory.LimitHeap(cfg.Settings.MemoryLimit)
	shareCores(&cfg.Process)
	ctx, stop := server.UntilSignal(cmd.Context(), log, os.Exit)
	defer stop()
	keys, err := openKeys(ctx, cfg.Process.KeysDir, log)
	if err != nil {
		return usageError{err}
	}
	quotas, err := openQuotas(cfg.Process)
	if err != nil {
		return usageError{err}
	}
	pair, err := openCertificate(ctx, cfg.Process.TLSDir, log)
	if err != nil {
		return usageError{err}
	}
	m := newMetrics(cfg, c.version)
	showCertificate(m, pair)
	traces := openTraces(ctx, c.version, log)
	defer traces.close(log)
	srv := server.New(server.Options{
		Settings: cfg.Settings, Version: c.version, Log: log, Metrics: m, Keys: keys, Quotas: quotas,
		Traces: traces.provider(),
		NoPage: cfg.Process.Page == config.PageOff,
		Memory: func() (health.Memory, error) {
			s, err := reader.Read()
			return health.Memory{UsedBytes: s.Used, LimitBytes: s.Limit}, err
		},
	})
	return srv.Run(ctx, server.RunOptions{
		Address: cfg.Process.Address, MetricsAddress: cfg.Process.MetricsAddress, TLS: tlsConfig(pair),
		Load: func(load context.Context) (*server.Backend, error) {
			return c.backend(ctx, load, cfg, &observer{metrics: m, log: log, reader: reader}, srv.Step)
		},
	})
}

// keysInterval is how often keys are read again: a withdrawn key is dead within
// seconds of the kubelet having updated the volume.
const keysInterval = 10 * time.Second

// openKeys returns nil, for everybody, without a directory.
func openKeys(ctx context.Context, dir string, log *slog.Logger) (server.Keys, error) {
	if dir == "" {
		return nil, nil
	}
	ring, err := auth.Open(dir)
	if err != nil {
		return nil, err
	}
	go ring.Watch(ctx, keysInterval, log)
	return ring, nil
}

// openQuotas returns nil where no key is bounded.
func openQuotas(p config.Process) (*quota.Book, error) {
	quotas := quota.New(quota.Options{PerMinute: p.KeyRequestsPerMinute, Concurrent: p.KeyConcurrentRequests})
	if quotas != nil && p.KeysDir == "" {
		return nil, errors.New("--key-requests-per-minute and --key-concurrent-requests need --api-keys: without keys nobody is known")
	}
	return quotas, nil
}

func newMetrics(c config.Config, version string) *metrics.Metrics {
	s := c.Settings
	return metrics.New(metrics.Options{
		Version:          version,
		RerankTarget:     time.Duration(s.Targets.RerankLatencyMilliseconds) * time.Millisecond,
		SimilarityTarget: time.Duration(s.Targets.SimilarityLatencyMilliseconds) * time.Millisecond,
		BatchTarget:      s.Targets.BatchDocuments,
		Routes:           server.MetricRoutes(),
		TEI:              c.Process.MetricsCompat == config.CompatTEI,
	})
}

func newLogger(out io.Writer, p config.Process) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(p.LogLevel)); err != nil {
		level = slog.LevelInfo // the settings were checked: cannot happen
	}
	opt := &slog.HandlerOptions{Level: level}
	if p.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(out, opt))
	}
	return slog.New(slog.NewJSONHandler(out, opt))
}
