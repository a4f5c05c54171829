# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Images

TAG ?= dev
export TAG

.PHONY: images
images: image-operator image-reranker ## Pack both images into dist/*.tar, without Docker (TAG=dev).

.PHONY: image-operator
image-operator: ## Pack the operator into dist/operator.tar.
	@VERSION='$(VERSION)' hack/image/build.sh operator

.PHONY: image-reranker
image-reranker: model ## Pack the reranker and the default model into dist/reranker.tar.
	@VERSION='$(VERSION)' hack/image/build.sh reranker

.PHONY: images-load
images-load: ## Load dist/*.tar into the local cluster.
	@hack/cluster/cluster load-image dist/operator.tar dist/reranker.tar

.PHONY: images-docker
images-docker: model ## Build the same images with Docker (needs network access for its base image).
	@docker build --build-arg VERSION='$(VERSION)' --target operator -t localhost/quantumrerank/operator:$(TAG) .
	@docker build --build-arg VERSION='$(VERSION)' --target reranker -t localhost/quantumrerank/reranker:$(TAG) .
