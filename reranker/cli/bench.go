// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/bench"
	"github.com/quantumrerank/quantumrerank/reranker/config"
)

// errMissed is how bench says that a target does not hold.
var errMissed = errors.New("not all targets are met")

// benchFlags are what both bench commands take.
type benchFlags struct {
	target           bench.Target
	keyFile, caFile  string
	jsonFile, report string
	wait             time.Duration
}

func (f *benchFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.target.URL, "url", "http://localhost:8000", "address of the server")
	flags.StringVar(&f.keyFile, "key-file", "", "file with the key to send as a Bearer token [$QUANTUMRERANK_KEY holds the key itself]")
	flags.StringVar(&f.caFile, "ca-file", "", "file with the certificates, in PEM, of who may have signed the server's; default: the system's")
	flags.DurationVar(&f.target.Timeout, "timeout", 30*time.Second, "longest time of a request")
	flags.IntVar(&f.target.Connections, "connections", 0, "connections at a time (default 100 for scenarios, unlimited for a rate)")
	flags.DurationVar(&f.wait, "wait", 0, "how long to wait for the server to become ready")
	flags.StringVar(&f.jsonFile, "json", "", "file for the results as JSON, - for the standard output")
	flags.StringVar(&f.report, "html", "", "file for a report with plots")
}

// key is not a flag: a command line can be read by everybody on the machine.
func (f *benchFlags) key() error {
	f.target.Key = os.Getenv(config.KeyEnv)
	if f.keyFile == "" {
		return nil
	}
	data, err := os.ReadFile(f.keyFile)
	if err != nil {
		return usageError{err}
	}
	f.target.Key = strings.TrimSpace(string(data))
	return nil
}

// roots reads the authorities that the server's certificate may come from.
func (f *benchFlags) roots() error {
	if f.caFile == "" {
		return nil
	}
	data, err := os.ReadFile(f.caFile)
	if err != nil {
		return usageError{err}
	}
	f.target.Roots = x509.NewCertPool()
	if !f.target.Roots.AppendCertsFromPEM(data) {
		return usageError{fmt.Errorf("--ca-file %s has no certificate in PEM", f.caFile)}
	}
	return nil
}

// begin asks the server how it is, so that a wrong address is told before the
// load and not after.
func (f *benchFlags) begin(ctx context.Context) (*bench.Report, error) {
	if err := errors.Join(f.key(), f.roots()); err != nil {
		return nil, err
	}
	if err := bench.WaitReady(ctx, f.target, f.wait); err != nil {
		return nil, err
	}
	server, err := bench.Ask(ctx, f.target)
	if err != nil {
		return nil, err
	}
	return &bench.Report{URL: f.target.URL, Started: time.Now(), Server: server}, nil
}

// finish writes the report everywhere it shall go.
func (f *benchFlags) finish(r *bench.Report, out io.Writer) error {
	if f.jsonFile != "-" {
		if err := r.Table(out); err != nil {
			return err
		}
	}
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{{f.jsonFile, r.JSON}, {f.report, r.HTML}} {
		if err := writeTo(file.name, out, file.write); err != nil {
			return err
		}
	}
	if !r.Met {
		return errMissed
	}
	return nil
}

func writeTo(name string, out io.Writer, write func(io.Writer) error) error {
	switch name {
	case "":
		return nil
	case "-":
		return write(out)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// benchLoad is what the bench command's flags say.
type benchLoad struct {
	benchFlags
	scenarios []string
	rate      float64
	duration  time.Duration
	arrivals  string
	documents string
	mix       bench.Mix
	limits    bench.Limits
}

func (c *command) bench() *cobra.Command {
	l := &benchLoad{}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Put load on a server and say whether its targets hold",
		Long: `Put load on a server and say whether its targets hold.

Without --scenario or --rate it runs the three standard scenarios: 10 users
with 10 requests each, 50 with 5 and 100 with 2, all of a scenario's requests at
once, each with four short documents. With --rate it sends at that rate whether
or not answers come back, and counts a request's time from when it was due.

Exit status: 0 all targets hold, 1 one does not (or the server cannot be
reached), 2 wrong flags. A limit below zero is not checked.`,
		Example: `  reranker bench
  reranker bench --scenario 200x5 --html report.html
  reranker bench --rate 20 --duration 1m --documents 10:70,100:30 --repeat 0.8 --max-p95 500ms
  reranker bench targets --url http://search-reranker`,
		Args: arguments(cobra.NoArgs),
		RunE: interruptible(func(cmd *cobra.Command, _ []string) error { return c.runBench(cmd, l) }),
	}
	l.add(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&l.scenarios, "scenario", nil, "USERSxREQUESTS, all at once; may be given again")
	flags.Float64Var(&l.rate, "rate", 0, "requests a second, instead of scenarios")
	flags.DurationVar(&l.duration, "duration", 30*time.Second, "how long to keep the rate")
	flags.StringVar(&l.arrivals, "arrivals", "even", "how a rate's requests arrive: even or poisson")
	flags.StringVar(&l.documents, "documents", "", "documents of a request: N, or N:WEIGHT,N:WEIGHT (default four short ones)")
	flags.IntVar(&l.mix.Words, "words", 60, "words of a document")
	flags.Float64Var(&l.mix.Repeat, "repeat", 0, "share of documents, 0 to 1, that were sent before")
	flags.StringVar(&l.mix.Method, "method", "hybrid", "classical, quantum or hybrid")
	flags.Uint64Var(&l.mix.Seed, "seed", 1, "seed of the texts")
	p95 := flags.Duration("max-p95", 500*time.Millisecond, "largest 95th percentile")
	flags.Float64Var(&l.limits.RequestsPerMinute, "min-per-minute", 100, "least number of answers a minute")
	flags.Float64Var(&l.limits.ErrorRate, "max-errors", 0, "largest share of errors")
	flags.Float64Var(&l.limits.ShedRate, "max-sheds", 0, "largest share of refused requests")
	flags.Float64Var(&l.limits.DegradedShare, "max-degraded", -1, "largest share of degraded answers")
	cmd.PreRun = func(*cobra.Command, []string) { l.limits.P95Ms = float64(*p95) / float64(time.Millisecond) }
	cmd.AddCommand(c.benchTargets(), c.benchKernels())
	return cmd
}

// plan turns the flags into scenarios.
func (l *benchLoad) plan() ([]bench.Scenario, error) {
	if !(l.mix.Repeat >= 0 && l.mix.Repeat <= 1) { // also refuses NaN
		return nil, fmt.Errorf("--repeat is %g, want 0 to 1", l.mix.Repeat)
	}
	if l.documents != "" {
		var err error
		if l.mix.Sizes, err = bench.ParseSizes(l.documents); err != nil {
			return nil, err
		}
	}
	if l.rate != 0 {
		return l.open()
	}
	if len(l.scenarios) == 0 {
		return bench.Standard(), nil
	}
	plan := make([]bench.Scenario, len(l.scenarios))
	for i, text := range l.scenarios {
		var err error
		if plan[i], err = bench.ParseScenario(text); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func (l *benchLoad) open() ([]bench.Scenario, error) {
	switch {
	case len(l.scenarios) > 0:
		return nil, errors.New("--rate and --scenario exclude each other")
	case !(l.rate > 0 && l.rate <= 100_000): // also refuses NaN
		return nil, fmt.Errorf("--rate is %g, want more than 0 and at most 100000", l.rate)
	case l.duration <= 0:
		return nil, fmt.Errorf("--duration is %v, want more than 0", l.duration)
	case l.arrivals != "even" && l.arrivals != "poisson":
		return nil, fmt.Errorf("--arrivals is %q, want even or poisson", l.arrivals)
	}
	return []bench.Scenario{{Rate: l.rate, Duration: l.duration, Poisson: l.arrivals == "poisson"}}, nil
}

func (c *command) runBench(cmd *cobra.Command, l *benchLoad) error {
	plan, err := l.plan()
	if err != nil {
		return usageError{err}
	}
	ctx := cmd.Context()
	report, err := l.begin(ctx)
	if err != nil {
		return err
	}
	shown := newProgress(c.Err)
	for _, s := range plan {
		result, err := bench.Run(ctx, l.target, s, l.mix, shown.load)
		if err != nil {
			return err
		}
		report.Add(result, l.limits)
		shown.end()
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(l.finish(report, c.Out), ctx.Err())
}

// load shows how far a scenario is.
func (p *progress) load(b bench.Progress) {
	if !p.terminal && time.Since(p.last) < 5*time.Second {
		return
	}
	p.last = time.Now()
	line := fmt.Sprintf("%s  %4.1f s  sent %d of %d, answered %d, refused %d, failed %d",
		b.Scenario, b.Elapsed.Seconds(), b.Sent, b.Total, b.Answered, b.Sheds, b.Failed)
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", line)
		p.open = true
		return
	}
	fmt.Fprintln(p.out, line)
}

func (c *command) benchTargets() *cobra.Command {
	f := &benchFlags{}
	p := bench.StandardPromises()
	cmd := &cobra.Command{
		Use:   "targets",
		Short: "Check the promised targets on a server",
		Long: `Check the promised targets on a server: one similarity in less than 100 ms, 50,
100 and 1000 documents in less than 500 ms (texts of about 110 tokens that it has
never seen), 100 documents that it knows in less than 25 ms, the three scenarios
of load without an error and with at least 100 answers a minute, and less than
2 GiB of memory.

Exit status: 0 all targets hold, 1 one does not (or the server cannot be
reached), 2 wrong flags.`,
		Example: `  reranker bench targets
  reranker bench targets --url http://search-reranker --json -`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if p.Rounds < 1 || p.Words < 1 {
				return usageError{errors.New("--rounds and --words must be at least 1")}
			}
			report, err := f.begin(cmd.Context())
			if err != nil {
				return err
			}
			shown := newProgress(c.Err)
			if err := bench.Verify(cmd.Context(), f.target, p, report, shown.step); err != nil {
				return err
			}
			return f.finish(report, c.Out)
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.Float64Var(&p.SimilarityMs, "similarity", p.SimilarityMs, "target of a similarity in milliseconds")
	flags.Float64Var(&p.RerankMs, "rerank", p.RerankMs, "target of a rerank in milliseconds")
	flags.Float64Var(&p.KnownMs, "known", p.KnownMs, "target of a rerank of documents seen before in milliseconds")
	flags.IntVar(&p.KnownBatch, "known-batch", p.KnownBatch, "number of documents of that rerank, 0 for none")
	flags.Float64Var(&p.MemoryMB, "memory", p.MemoryMB, "target of memory in MiB")
	flags.Float64Var(&p.RequestsPerMinute, "per-minute", p.RequestsPerMinute, "target of answers a minute")
	flags.Float64Var(&p.Percentile, "percentile", p.Percentile, "percentile of the times that must hold")
	flags.IntSliceVar(&p.Batches, "batches", p.Batches, "numbers of documents of the reranks")
	flags.IntVar(&p.Words, "words", p.Words, "words of a document")
	flags.IntVar(&p.Rounds, "rounds", p.Rounds, "how often each time is measured")
	return cmd
}
