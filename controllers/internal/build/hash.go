// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// hash8 is the first 8 hexadecimal digits of a SHA-256: enough to tell the
// few settings of one Reranker apart.
func hash8(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4])
}

// mustJSON encodes plain API types, which cannot fail: they hold no channels,
// functions or cycles.
func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("BUG: encode %T: %v", v, err))
	}
	return data
}

// convert turns an API type into its apply configuration, which has the same
// JSON.
func convert[T any](in any) *T {
	out := new(T)
	if err := json.Unmarshal(mustJSON(in), out); err != nil {
		panic(fmt.Sprintf("BUG: convert %T to %T: %v", in, out, err))
	}
	return out
}

// convertAll converts the items of a list.
func convertAll[T, S any](in []S) []*T {
	out := make([]*T, 0, len(in))
	for i := range in {
		out = append(out, convert[T](&in[i]))
	}
	return out
}
