// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// errUsage marks wrong flags.
var errUsage = errors.New("wrong flags")

// Names of environment variables that stand in for flags.
const (
	envImage     = "RERANKER_IMAGE"
	envNamespace = "POD_NAMESPACE"
)

// options are the operator's flags.
type options struct {
	image           string
	namespace       string
	watchNamespaces []string
	selector        labels.Selector
	metricsAddress  string
	metricsSecure   bool
	probeAddress    string
	leaderElect     bool
	leaderID        string
	workers         int
	sloPeriod       time.Duration
	sloCalm         time.Duration
	zap             zap.Options
}

// usage stands above the flags in --help.
const usage = `Turn Rerankers into running pods.

  operator [flags]                run in a cluster
  operator plan -f reranker.yaml  print the objects of a Reranker, offline
  operator version                print the version

Flags:
`

// parseOptions reads flags; getenv gives their defaults.
func parseOptions(args []string, getenv func(string) string, stderr io.Writer) (*options, error) {
	o := &options{}
	var namespaces, selector string
	f := flag.NewFlagSet("operator", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, usage)
		f.PrintDefaults()
	}
	f.StringVar(&o.image, "reranker-image", getenv(envImage), "the pods' image where a Reranker names none (env "+envImage+")")
	f.StringVar(&o.namespace, "namespace", getenv(envNamespace), "where the operator runs (env "+envNamespace+")")
	f.StringVar(&namespaces, "watch-namespaces", "", "namespaces to serve, separated by commas; empty serves all")
	f.StringVar(&selector, "selector", "", "label selector of the Rerankers to serve, for several operators side by side; empty serves all")
	f.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443", "where to serve metrics; 0 turns them off")
	f.BoolVar(&o.metricsSecure, "metrics-secure", true, "serve metrics over TLS, to callers that the API server lets read /metrics")
	f.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081", "where to serve /healthz and /readyz")
	f.BoolVar(&o.leaderElect, "leader-elect", false, "let one of several operators work while the others wait")
	f.StringVar(&o.leaderID, "leader-election-id", "quantumrerank-operator", "name of the lease; operators with different selectors need different ones")
	f.IntVar(&o.workers, "workers", 4, "how many Rerankers to work on at a time")
	f.DurationVar(&o.sloPeriod, "slo-period", 15*time.Second, "how often pods are asked for their counters")
	f.DurationVar(&o.sloCalm, "slo-calm", 10*time.Minute, "how long latency must be well below the targets before policy Enforce takes a pod away")
	o.zap.BindFlags(f)
	if err := f.Parse(args); err != nil {
		return nil, errors.Join(errUsage, err)
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, f.Arg(0))
	}
	return o, o.complete(namespaces, selector)
}

func (o *options) complete(namespaces, selector string) error {
	var err error
	if o.selector, err = labels.Parse(selector); err != nil {
		return fmt.Errorf("%w: --selector: %w", errUsage, err)
	}
	for ns := range strings.SplitSeq(namespaces, ",") {
		if ns = strings.TrimSpace(ns); ns != "" {
			o.watchNamespaces = append(o.watchNamespaces, ns)
		}
	}
	switch {
	case o.image == "":
		return fmt.Errorf("%w: --reranker-image (or %s) is needed: it is the image of pods whose Reranker names none", errUsage, envImage)
	case o.sloPeriod < time.Second || o.sloCalm < o.sloPeriod:
		return fmt.Errorf("%w: --slo-period is %s and --slo-calm is %s: the period must be at least 1s and calm no shorter than it", errUsage, o.sloPeriod, o.sloCalm)
	case o.workers < 1:
		return fmt.Errorf("%w: --workers is %d, it must be at least 1", errUsage, o.workers)
	}
	return nil
}
