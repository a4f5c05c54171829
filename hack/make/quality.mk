# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Quality

.PHONY: quality
quality: model ## Measure how well each method ranks and write docs/quality.md (RERANK_DATA).
	@go run ./test/quality

.PHONY: quality-budget
quality-budget: model ## Measure what ranking loses when time is short and write docs/quality-budget.md (RERANK_DATA).
	@go run ./test/quality/budget
