#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Formats and vets what the linter does not see: helper modules below hack/
# and the assembly of every architecture, with and without the purego tag.
set -euo pipefail
cd "$(dirname "$0")/../.."

export GOWORK=off
(cd hack/image && go vet ./... && go test ./...)
(cd test/gitops && go vet ./... && go test ./...)
(cd hack/cluster/node/k8s && go vet ./cmd/...)
(cd hack/cluster/check/probe && go vet .)
(cd test/browser && go vet .)
for arch in amd64 arm64; do
  GOARCH=$arch go vet ./reranker/engine/...
  GOARCH=$arch go vet -tags purego ./reranker/engine/...
done
