// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"crypto/sha256"
	"encoding/binary"
)

// Key identifies a text, what it is taken for and the model that reads it.
type Key [sha256.Size]byte

// Keys makes the keys of one kind of text under one model.
type Keys struct{ prefix []byte }

// NewKeys returns the keys of kind under the model of the given digest.
func NewKeys(modelDigest, kind string) Keys {
	// Lengths keep ("a", "bc") and ("ab", "c") apart.
	p := binary.AppendUvarint(nil, uint64(len(modelDigest)))
	p = append(p, modelDigest...)
	p = binary.AppendUvarint(p, uint64(len(kind)))
	return Keys{append(p, kind...)}
}

// Of returns the key of text.
func (k Keys) Of(text string) Key {
	h := sha256.New()
	h.Write(k.prefix)
	h.Write([]byte(text))
	var key Key
	h.Sum(key[:0])
	return key
}
