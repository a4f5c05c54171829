// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// openBody checks the headers of a body and returns its plain bytes, bounded
// by limit both as sent and as decompressed.
func openBody(w http.ResponseWriter, r *http.Request, limit int64) (io.Reader, error) {
	if err := checkMediaType(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	body := http.MaxBytesReader(w, r.Body, limit)
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		plain, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		return &bounded{r: plain, left: limit, limit: limit}, nil
	default:
		return nil, api.NewProblem(api.CodeUnsupportedEncoding,
			"Content-Encoding is not supported: want gzip or none")
	}
}

// checkMediaType accepts JSON in UTF-8, under any name that ends in +json.
func checkMediaType(header string) error {
	if header == "" {
		return api.NewProblem(api.CodeUnsupportedMediaType, "Content-Type is missing: want application/json")
	}
	media, params, err := mime.ParseMediaType(header)
	isJSON := media == typeJSON || (strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
	if err != nil || !isJSON {
		return api.NewProblem(api.CodeUnsupportedMediaType, "Content-Type is not JSON: want application/json")
	}
	switch charset := strings.ToLower(params["charset"]); charset {
	case "", "utf-8", "utf8", "us-ascii":
		return nil
	}
	return api.NewProblem(api.CodeUnsupportedMediaType, "the charset of Content-Type is not supported: want utf-8")
}

// bounded fails like http.MaxBytesReader, for bytes that a small body became
// by decompression.
type bounded struct {
	r           io.Reader
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, &http.MaxBytesError{Limit: b.limit}
	}
	b.left -= int64(n)
	return n, err
}
