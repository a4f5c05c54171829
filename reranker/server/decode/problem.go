// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/strictjson"
)

// codeOfKind gives each fault of a JSON text its code.
var codeOfKind = map[strictjson.ErrorKind]api.Code{
	strictjson.Syntax:       api.CodeInvalidJSON,
	strictjson.Truncated:    api.CodeInvalidJSON,
	strictjson.Empty:        api.CodeInvalidJSON,
	strictjson.InvalidUTF8:  api.CodeInvalidUTF8,
	strictjson.DuplicateKey: api.CodeDuplicateKey,
	strictjson.TooDeep:      api.CodeTooDeep,
	strictjson.TooComplex:   api.CodeTooComplex,
	strictjson.Trailing:     api.CodeInvalidJSON,
	strictjson.WrongType:    api.CodeWrongType,
}

// AsProblem returns the problem that an error of reading a body is.
func AsProblem(err error) *api.Problem {
	var (
		problem *api.Problem
		fault   *strictjson.Error
		large   *http.MaxBytesError
		network net.Error
		corrupt flate.CorruptInputError
	)
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &fault):
		return faultProblem(fault)
	case errors.As(err, &large):
		return api.NewProblem(api.CodeBodyTooLarge, "the body is larger than %d bytes", large.Limit)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return api.NewProblem(api.CodeInvalidJSON, "the body is not valid gzip")
	case errors.As(err, &network) && network.Timeout():
		return api.NewProblem(api.CodeIncompleteBody, "the body did not arrive in time")
	case errors.Is(err, context.Canceled):
		return api.NewProblem(api.CodeClientClosed, "the caller left before the body was complete")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return api.NewProblem(api.CodeIncompleteBody, "the body ended before its announced length")
	}
	// What else net/http can say about a body is about its framing.
	return api.NewProblem(api.CodeIncompleteBody, "the body could not be read")
}

// faultProblem makes a problem with one violation of a fault that has a place
// in the body.
func faultProblem(fault *strictjson.Error) *api.Problem {
	p := &api.Problem{Code: codeOfKind[fault.Kind], Message: fault.Error()}
	if fault.Pointer == "" {
		return p
	}
	name, index := splitPointer(fault.Pointer)
	v := api.Violation{
		Code: p.Code, Field: name, Pointer: fault.Pointer, Index: index, Message: fault.Error(),
	}
	if fault.Kind == strictjson.WrongType {
		v.Limit, v.Value = fault.Want, fault.Got
		p.Message = strings.TrimPrefix(fault.Pointer, "/") + ": " + fault.Message
		v.Message = p.Message
	}
	p.Violations = []api.Violation{v}
	return p
}

// splitPointer returns the first token of a JSON pointer and, if the second
// is a number, that index.
func splitPointer(pointer string) (name string, index *int) {
	tokens := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if len(tokens) > 1 {
		n := 0
		for _, c := range tokens[1] {
			if c < '0' || c > '9' || n > 1<<20 {
				return tokens[0], nil
			}
			n = n*10 + int(c-'0')
		}
		index = &n
	}
	return tokens[0], index
}
