// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import "net/http"

// Code names a problem. The set is closed: clients may switch over it, and
// docs/http-api.md lists all of it.
type Code string

// Codes of problems.
const (
	CodeInvalidJSON          Code = "invalid_json"
	CodeInvalidUTF8          Code = "invalid_utf8"
	CodeDuplicateKey         Code = "duplicate_key"
	CodeMisspelledKey        Code = "misspelled_key"
	CodeWrongType            Code = "wrong_type"
	CodeTooDeep              Code = "too_deep"
	CodeTooComplex           Code = "too_complex"
	CodeIncompleteBody       Code = "incomplete_body"
	CodeInvalidHeader        Code = "invalid_header"
	CodeUnauthorized         Code = "unauthorized"
	CodeNotFound             Code = "not_found"
	CodeMethodNotAllowed     Code = "method_not_allowed"
	CodeBodyTooLarge         Code = "body_too_large"
	CodeRequestTooLarge      Code = "request_too_large"
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeUnsupportedEncoding  Code = "unsupported_encoding"
	CodeFieldRequired        Code = "field_required"
	CodeFieldConflict        Code = "field_conflict"
	CodeQueryEmpty           Code = "query_empty"
	CodeQueryTooLong         Code = "query_too_long"
	CodeDocumentsEmpty       Code = "documents_empty"
	CodeDocumentsTooMany     Code = "documents_too_many"
	CodeDocumentEmpty        Code = "document_empty"
	CodeDocumentTooLong      Code = "document_too_long"
	CodeMethodInvalid        Code = "method_invalid"
	CodeTextTruncated        Code = "text_truncated"
	CodeTopKTooSmall         Code = "top_k_too_small"
	CodeTopKTooLarge         Code = "top_k_too_large"
	CodeTextEmpty            Code = "text_empty"
	CodeTextTooLong          Code = "text_too_long"
	CodeTextsEmpty           Code = "texts_empty"
	CodeTextsTooMany         Code = "texts_too_many"
	CodePairsMismatch        Code = "pairs_mismatch"
	CodeValueInvalid         Code = "value_invalid"
	CodeOverloaded           Code = "overloaded"
	CodeRateLimited          Code = "rate_limited"
	CodeConcurrencyLimited   Code = "concurrency_limited"
	CodeClientClosed         Code = "client_closed_request"
	CodeInternal             Code = "internal"
	CodeLoading              Code = "loading"
	CodeDraining             Code = "draining"
	CodeUnavailable          Code = "engine_unavailable"
	CodeDeadlineExceeded     Code = "deadline_exceeded"
)

// StatusClientClosed is logged and counted for callers who left before the
// answer; nobody receives it.
const StatusClientClosed = 499

// kind is what a Code means on the wire.
type kind struct {
	status int
	title  string
	// retryable says that the same request may succeed later.
	retryable bool
}

// kinds is the one table from code to status.
var kinds = map[Code]kind{
	CodeInvalidJSON:          {http.StatusBadRequest, "Invalid JSON", false},
	CodeInvalidUTF8:          {http.StatusBadRequest, "Invalid UTF-8", false},
	CodeDuplicateKey:         {http.StatusBadRequest, "Duplicate key", false},
	CodeMisspelledKey:        {http.StatusBadRequest, "Misspelled key", false},
	CodeWrongType:            {http.StatusBadRequest, "Wrong type", false},
	CodeTooDeep:              {http.StatusBadRequest, "Nesting too deep", false},
	CodeTooComplex:           {http.StatusBadRequest, "JSON too complex", false},
	CodeIncompleteBody:       {http.StatusBadRequest, "Incomplete body", false},
	CodeInvalidHeader:        {http.StatusBadRequest, "Invalid header", false},
	CodeUnauthorized:         {http.StatusUnauthorized, "Unauthorized", false},
	CodeNotFound:             {http.StatusNotFound, "Not found", false},
	CodeMethodNotAllowed:     {http.StatusMethodNotAllowed, "Method not allowed", false},
	CodeBodyTooLarge:         {http.StatusRequestEntityTooLarge, "Body too large", false},
	CodeRequestTooLarge:      {http.StatusRequestEntityTooLarge, "Request too large", false},
	CodeUnsupportedMediaType: {http.StatusUnsupportedMediaType, "Unsupported media type", false},
	CodeUnsupportedEncoding:  {http.StatusUnsupportedMediaType, "Unsupported content encoding", false},
	CodeFieldRequired:        {http.StatusUnprocessableEntity, "Validation error", false},
	CodeFieldConflict:        {http.StatusUnprocessableEntity, "Validation error", false},
	CodeQueryEmpty:           {http.StatusUnprocessableEntity, "Validation error", false},
	CodeQueryTooLong:         {http.StatusUnprocessableEntity, "Validation error", false},
	CodeDocumentsEmpty:       {http.StatusUnprocessableEntity, "Validation error", false},
	CodeDocumentsTooMany:     {http.StatusUnprocessableEntity, "Validation error", false},
	CodeDocumentEmpty:        {http.StatusUnprocessableEntity, "Validation error", false},
	CodeDocumentTooLong:      {http.StatusUnprocessableEntity, "Validation error", false},
	CodeMethodInvalid:        {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTextTruncated:        {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTopKTooSmall:         {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTopKTooLarge:         {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTextEmpty:            {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTextTooLong:          {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTextsEmpty:           {http.StatusUnprocessableEntity, "Validation error", false},
	CodeTextsTooMany:         {http.StatusUnprocessableEntity, "Validation error", false},
	CodePairsMismatch:        {http.StatusUnprocessableEntity, "Validation error", false},
	CodeValueInvalid:         {http.StatusUnprocessableEntity, "Validation error", false},
	CodeOverloaded:           {http.StatusTooManyRequests, "Overloaded", true},
	CodeRateLimited:          {http.StatusTooManyRequests, "Rate limited", true},
	CodeConcurrencyLimited:   {http.StatusTooManyRequests, "Too many requests at a time", true},
	CodeClientClosed:         {StatusClientClosed, "Client closed request", false},
	// The API's words for a failure that we did not foresee.
	CodeInternal:         {http.StatusInternalServerError, "Internal server error", false},
	CodeLoading:          {http.StatusServiceUnavailable, "Not ready", true},
	CodeDraining:         {http.StatusServiceUnavailable, "Shutting down", true},
	CodeUnavailable:      {http.StatusServiceUnavailable, "Engine unavailable", true},
	CodeDeadlineExceeded: {http.StatusGatewayTimeout, "Deadline exceeded", false},
}

// Status returns the HTTP status of c.
func (c Code) Status() int {
	if k, ok := kinds[c]; ok {
		return k.status
	}
	return http.StatusInternalServerError
}

// Title returns the short name of the problem, the same for every occurrence.
func (c Code) Title() string {
	if k, ok := kinds[c]; ok {
		return k.title
	}
	return kinds[CodeInternal].title
}

// Retryable reports whether the same request may succeed later.
func (c Code) Retryable() bool { return kinds[c].retryable }

// Codes returns every code, in no order.
func Codes() []Code {
	codes := make([]Code, 0, len(kinds))
	for c := range kinds {
		codes = append(codes, c)
	}
	return codes
}

// Family returns the name that text-embeddings-inference gives to this kind
// of error, which its clients read as error_type.
func (c Code) Family() string {
	switch status := c.Status(); {
	case status == http.StatusTooManyRequests:
		return "Overloaded"
	case status == http.StatusServiceUnavailable:
		return "Unhealthy"
	case status >= http.StatusInternalServerError:
		return "Backend"
	case c == CodeDocumentsEmpty || c == CodeTextsEmpty:
		return "Empty"
	}
	return "Validation"
}
