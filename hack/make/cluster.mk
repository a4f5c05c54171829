# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Local cluster

CLUSTER := hack/cluster/cluster

.PHONY: cluster-up
cluster-up: ## Make a cluster, or check that it is up (docs/local-cluster.md).
	@$(CLUSTER) up

.PHONY: cluster-down
cluster-down: ## End the cluster.
	@$(CLUSTER) down

.PHONY: cluster-status
cluster-status: ## What the cluster is, where its kubeconfig is, which images it has.
	@$(CLUSTER) status

.PHONY: cluster-build
cluster-build: ## Build the programs of the cluster that needs no Docker, ahead of time.
	@$(CLUSTER) build all

.PHONY: cluster-check
cluster-check: ## Find out on real pods whether the cluster does what the tests build on.
	@hack/cluster/check/check.sh
