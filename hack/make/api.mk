# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ API

.PHONY: api-lint
api-lint: $(BIN)/apilint ## Hold the types of api/ against the conventions of Kubernetes' API.
	@$(BIN)/apilint ./api/v1alpha1

# The types are part of what is linted.
lint: api-lint

$(BIN)/apilint: hack/tools/apilint/go.mod hack/tools/apilint/go.sum hack/tools/apilint/main.go
	@mkdir -p $(BIN)
	@cd hack/tools/apilint && go build -o ../../../$(BIN)/apilint .
