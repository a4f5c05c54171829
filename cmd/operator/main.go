// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command operator turns Rerankers into running pods.
//
//	operator [flags]              run in a cluster
//	operator plan -f reranker.yaml  print the objects of a Reranker, offline
//	operator version              print the version
//
// It exits with 0 after a clean stop, 1 after a failure, 2 on wrong flags.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// version is set at link time.
var version = "dev"

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	var err error
	switch command {
	case "plan":
		err = plan(args[1:], os.Stdin, os.Stdout)
	case "version":
		_, err = fmt.Fprintln(os.Stdout, version)
	default:
		err = serve(args)
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		return 2
	default:
		fmt.Fprintln(os.Stderr, "operator:", err)
		return 1
	}
}

// serve runs the operator until it is told to stop.
func serve(args []string) error {
	opts, err := parseOptions(args, os.Getenv, os.Stderr)
	if err != nil {
		return err
	}
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts.zap)))
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find a cluster: %w", err)
	}
	mgr, err := newManager(config, opts)
	if err != nil {
		return err
	}
	log := ctrl.Log.WithName("setup")
	log.Info("Started the operator", "version", version, "image", opts.image)
	ctx := ctrl.SetupSignalHandler()
	if opts.leaderElect {
		if err := shortenWait(ctx, config, opts); err != nil {
			log.Error(err, "Wait for the lease as long as it holds")
		}
	}
	return mgr.Start(ctx)
}
