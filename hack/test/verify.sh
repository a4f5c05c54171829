#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Regenerates everything that is generated and fails when that changes a file:
# CRD, RBAC, deepcopy, apply configurations, the chart's parts of them, and the
# kernels' assembly.
set -euo pipefail
cd "$(dirname "$0")/../.."

generated=(api config charts reranker docs/crd-reference.md)
snapshot() { git ls-files --cached --others --exclude-standard -z "${generated[@]}" | sort -z | xargs -0 sha256sum 2>/dev/null; }

before=$(snapshot)
make generate manifests chart-sync
after=$(snapshot)
if [[ $before != "$after" ]]; then
  echo "Generated files are not up to date. Run 'make generate manifests chart-sync' and commit:" >&2
  diff <(echo "$before") <(echo "$after") | awk '/^[<>]/ {print "  " $3}' | sort -u >&2
  exit 1
fi
reranker/engine/kernel/generate.sh --check
go run ./hack/supply dependencies -check
if ! go mod verify >/dev/null; then
  echo "go mod verify: a module in the cache differs from go.sum" >&2
  exit 1
fi
if ! go mod tidy -diff >/dev/null 2>&1; then
  echo "go.mod or go.sum is not tidy; run 'go mod tidy':" >&2
  go mod tidy -diff >&2 || true
  exit 1
fi
echo "Generated files are up to date."
