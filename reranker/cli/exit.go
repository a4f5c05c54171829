// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
)

// Exit statuses, as the package's comment explains them.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitModel  = 3
	exitMemory = 4
)

// usageError is a mistake in the command line or in the settings.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// modelError is a failure to open a model.
type modelError struct{ error }

func (e modelError) Unwrap() error { return e.error }

// reason sorts an error into the contract's reasons of a termination.
func reason(err error) string {
	var usage usageError
	var field *config.FieldError
	var small *memory.TooSmallError
	var digest *model.DigestError
	var bad modelError
	switch {
	case errors.As(err, &usage), errors.As(err, &field):
		return contract.ReasonInvalidSettings
	case errors.As(err, &small):
		return contract.ReasonMemoryTooSmall
	case errors.As(err, &digest):
		return contract.ReasonModelDigestMismatch
	case errors.As(err, &bad) && errors.Is(err, fs.ErrNotExist), errors.Is(err, errNoModel):
		return contract.ReasonModelNotFound
	case errors.As(err, &bad):
		return contract.ReasonModelInvalid
	default:
		return contract.ReasonStartFailed
	}
}

func exitCode(err error) int {
	var ended *interruptedError
	if errors.As(err, &ended) {
		return ended.status()
	}
	switch reason(err) {
	case contract.ReasonInvalidSettings:
		return exitUsage
	case contract.ReasonModelDigestMismatch, contract.ReasonModelNotFound, contract.ReasonModelInvalid:
		return exitModel
	case contract.ReasonMemoryTooSmall:
		return exitMemory
	default:
		return exitFailed
	}
}

// lastWords tells the kubelet, and so the operator, why the process ends. It
// writes only where the file exists, which is in a pod.
func lastWords(file string, err error) error {
	line, jsonErr := json.Marshal(contract.Termination{Reason: reason(err), Message: err.Error()})
	if jsonErr != nil {
		return jsonErr
	}
	f, openErr := os.OpenFile(file, os.O_WRONLY|os.O_TRUNC, 0)
	if errors.Is(openErr, fs.ErrNotExist) {
		return nil
	}
	if openErr != nil {
		return openErr
	}
	_, writeErr := f.Write(append(line, '\n'))
	return errors.Join(writeErr, f.Close())
}
