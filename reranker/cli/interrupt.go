// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// interruptedError says that a signal ended a command.
type interruptedError struct{ signal os.Signal }

func (e *interruptedError) Error() string { return fmt.Sprintf("ended by a signal (%v)", e.signal) }

// status is what a shell would report.
func (e *interruptedError) status() int {
	number, _ := e.signal.(syscall.Signal)
	return 128 + int(number)
}

// interruptible is for commands that would leave something behind if a signal just ended
// them: files half made, or results that nobody has seen. The first SIGINT or SIGTERM
// ends the command's context, and the next one ends the process as ever.
func interruptible(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		cmd.SetContext(ctx)
		err := run(cmd, args)
		var ended *interruptedError
		if err != nil && errors.As(context.Cause(ctx), &ended) {
			return fmt.Errorf("%w: %w", ended, err)
		}
		return err
	}
}

// untilSignal returns a context whose cause is an *interruptedError once a signal came.
func untilSignal(parent context.Context) (ctx context.Context, stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancelCause(parent)
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			cancel(&interruptedError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
