# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

# `make help` lists every target. Targets of one topic live in hack/make/*.mk.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# One set of flags for everything that is built, so that the product, the
# tests and the local cluster share one build cache. VCS stamping is off
# because the version comes from VERSION; paths are trimmed so that the same
# commit gives the same bytes everywhere.
export GOFLAGS := -buildvcs=false -trimpath
export CGO_ENABLED := 0

BIN := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
MODEL_DIR := $(BIN)/models/all-MiniLM-L6-v2

include $(wildcard hack/make/*.mk)

##@ Start here

.PHONY: help
help: ## List the targets.
	@awk -f hack/make/help.awk $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Everything at once: a cluster, the operator, a Reranker, a ranked answer.
	@hack/demo/up.sh

.PHONY: demo-down
demo-down: ## Undo `make demo`.
	@hack/demo/down.sh

.PHONY: run
run: build model ## Serve on this machine, without a cluster.
	@echo 'Try: curl -s localhost:8000/v1/rerank -H "Content-Type: application/json" -d @test/sample/request.json'
	@$(BIN)/reranker serve --model $(MODEL_DIR)

.PHONY: test
test: ## Lint, unit, race, API server and real-pod tests; what CI runs.
	@hack/test/all.sh

##@ Build

.PHONY: build
build: ## Build the two binaries into bin/.
	@mkdir -p $(BIN)
	@go build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/operator ./cmd/reranker

.PHONY: model
model: $(MODEL_DIR)/model.safetensors $(MODEL_DIR)/prepared.bin $(MODEL_DIR)/static.bin ## Fetch the default model, check its digest and prepare it.

$(MODEL_DIR)/model.safetensors:
	@mkdir -p $(BIN)
	@go build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/reranker
	@$(BIN)/reranker model pull --output $(MODEL_DIR)

# Made from the weights by the program, which notices by itself where a file no
# longer fits, and does without it, or makes it anew. What numbers the layouts is in LAYOUTS.
LAYOUTS := reranker/engine/sealed/file.go reranker/engine/encoder/seal.go reranker/engine/kernel/store.go

$(MODEL_DIR)/prepared.bin: $(MODEL_DIR)/model.safetensors $(LAYOUTS)
	@go build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/reranker
	@$(BIN)/reranker model prepare $(MODEL_DIR)
	@touch $@

$(MODEL_DIR)/static.bin: $(MODEL_DIR)/prepared.bin reranker/engine/static/table.go
	@go build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/reranker
	@$(BIN)/reranker model distill $(MODEL_DIR)
	@touch $@

.PHONY: clean
clean: ## Remove what was built or fetched into the tree.
	@rm -rf $(BIN) dist

##@ Check

.PHONY: lint
lint: $(BIN)/golangci-lint $(BIN)/actionlint ## Lint Go code, shell scripts, workflows and helper modules.
	@$(BIN)/golangci-lint run --allow-parallel-runners ./...
	@$(BIN)/actionlint
	@hack/test/lint-shell.sh
	@hack/test/vet-modules.sh

.PHONY: fmt
fmt: $(BIN)/golangci-lint ## Format the Go code.
	@$(BIN)/golangci-lint fmt ./...

.PHONY: unit
unit: model ## Unit, property, golden and parity tests; no cluster.
	@KERNEL_TEST_REQUIRE=$$(hack/test/kernels-of-this-cpu.sh) \
		go test -timeout 30m $$(go list ./... | grep -v -e /test/integration -e /test/e2e)
	@test -d $(BIN)/models/e5-small-v2 || echo 'Not tested: bge-small-en-v1.5 and e5-small-v2 are not here (make model-parity).'

.PHONY: race
race: model ## The pod and the operator under the race detector.
	@CGO_ENABLED=1 go test -race -timeout 30m -short ./reranker/... ./controllers/...

.PHONY: integration
integration: ## The operator against a real API server (envtest).
	@KUBEBUILDER_ASSETS="$$(hack/test/envtest-assets.sh)" go test ./test/integration/...

.PHONY: e2e
e2e: ## Real pods in the local cluster.
	@hack/test/e2e.sh

.PHONY: verify
verify: ## Regenerate everything that is generated and fail on a difference.
	@hack/test/verify.sh

.PHONY: fuzz-smoke
fuzz-smoke: ## Every fuzz target for a few seconds (FUZZ_SECONDS).
	@hack/test/fuzz-smoke.sh

##@ Tools

$(BIN)/golangci-lint: hack/tools/lint/go.mod hack/tools/lint/go.sum
	@echo 'Building golangci-lint (a few minutes the first time)'
	@mkdir -p $(BIN)
	@cd hack/tools/lint && go build -ldflags '-s -w' -o ../../../$(BIN)/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(BIN)/actionlint: hack/tools/actions/go.mod hack/tools/actions/go.sum
	@mkdir -p $(BIN)
	@cd hack/tools/actions && go build -ldflags '-s -w' -o ../../../$(BIN)/actionlint github.com/rhysd/actionlint/cmd/actionlint
