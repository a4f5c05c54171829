// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal returns a context that ends with the first SIGTERM or SIGINT. A
// second one calls exit at once with 128 and the signal's number, as a shell
// would report it. Call stop to give the signals back.
func UntilSignal(parent context.Context, log *slog.Logger, exit func(code int)) (ctx context.Context, stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	ctx, cancel := context.WithCancel(parent)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		watch(signals, done, cancel, log, exit)
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
		close(done)
		<-ended
	}
}

func watch(signals <-chan os.Signal, done <-chan struct{}, first func(), log *slog.Logger, exit func(int)) {
	for n := 1; ; n++ {
		select {
		case <-done:
			return
		case sig := <-signals:
			log.Info("Received signal", "signal", sig.String(), "count", n)
			if n == 1 {
				first()
				continue
			}
			number, _ := sig.(syscall.Signal)
			exit(128 + int(number))
			return
		}
	}
}
