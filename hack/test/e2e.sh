#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Brings the cluster up, loads the images, runs the end-to-end tests against
# real pods and takes down what it brought up (KEEP_CLUSTER=1 keeps it).
set -euo pipefail
cd "$(dirname "$0")/../.."

started=no
if ! hack/cluster/cluster status >/dev/null 2>&1; then
  started=yes
fi
cleanup() {
  local code=$?
  if [[ $started == yes && -z ${KEEP_CLUSTER:-} ]]; then
    hack/cluster/cluster down || true
  fi
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

hack/cluster/cluster up
make images images-load bin/helm
KUBECONFIG="$(hack/cluster/cluster kubeconfig)" go test -tags e2e -count=1 -timeout 20m -v ./test/e2e/...
