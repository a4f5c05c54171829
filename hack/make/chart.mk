# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Chart

CHART := charts/quantumrerank

.PHONY: chart-sync
chart-sync: ## Make the chart's CRD, RBAC rules, table of values, dashboard and field reference.
	@go run ./hack/chart-sync
	@go run ./hack/dashboard >charts/quantumrerank/files/monitoring/dashboard.json
	@go run ./hack/crd-docs <config/crd/bases/quantumrerank.io_rerankers.yaml >docs/crd-reference.md

.PHONY: chart-lint
chart-lint: $(BIN)/helm ## Lint the chart and check its snapshots and its schema.
	@$(BIN)/helm lint --strict $(CHART)
	@go test ./hack/chart-sync ./test/chart

.PHONY: chart-template
chart-template: $(BIN)/helm ## Print what the chart installs (CHART_ARGS='--set replicas=2').
	@$(BIN)/helm template quantumrerank $(CHART) --namespace quantumrerank-system $(CHART_ARGS)

.PHONY: chart-golden
chart-golden: $(BIN)/helm ## Rewrite the chart's snapshots after a change that is meant.
	@go test ./test/chart -run TestTemplates -update

# The chart's tests are unit tests that run the real helm.
unit: $(BIN)/helm

$(BIN)/helm: hack/tools/helm/go.mod hack/tools/helm/go.sum hack/tools/helm/install
	@hack/tools/helm/install $@
