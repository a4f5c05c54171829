// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"crypto/rand"
	"encoding/hex"
)

// maxRequestID bounds an id that a caller chose.
const maxRequestID = 128

// requestID returns the caller's id if it is one that can safely stand in
// headers, logs and paths, and a new one otherwise.
func requestID(sent string) string {
	if legalID(sent) {
		return sent
	}
	var b [16]byte
	// crypto/rand.Read never fails.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func legalID(s string) bool {
	if s == "" || len(s) > maxRequestID {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case c == '-', c == '_', c == '.', c == ':', c == '+', c == '=', c == '@', c == '~':
		default:
			return false
		}
	}
	return true
}
