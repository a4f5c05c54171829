# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Operator

.PHONY: e2e-guard
e2e-guard: ## More load than one pod bears, on real pods: the guard raises and lowers (3 minutes).
	@E2E_GUARD=1 hack/test/e2e.sh -run TestGuard

.PHONY: scale
scale: ## Let many Rerankers settle on an API server without nodes (RERANKERS=500).
	@KUBEBUILDER_ASSETS="$$(hack/test/envtest-assets.sh)" RERANKERS="$${RERANKERS:-500}" AT_REST="$${AT_REST:-3m}" \
		go test ./test/integration -run TestManyRerankersSettle -count=1 -v -timeout 30m
