// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package openapi carries the description of the HTTP surface. The file is
// kept by hand; tests hold it and the server to each other.
package openapi

import _ "embed"

// Document is the OpenAPI 3.1 description as JSON.
//
//go:embed openapi.json
var Document []byte
