// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import "github.com/quantumrerank/quantumrerank/reranker/cache"

// SpoilCache gives the ranker a cache that asks size what a text weighs.
func (r *Ranker) SpoilCache(limit int64, size func() int64) {
	r.texts = cache.New(limit, func(*text) int64 { return size() })
}
