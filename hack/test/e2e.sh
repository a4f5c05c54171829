#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Brings the cluster up, loads the images, runs the end-to-end tests against
# real pods and takes down what it brought up (KEEP_CLUSTER=1 keeps it).
# Arguments go to the tests: e2e.sh -run TestScale.
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

# A stand-in for the reranker that goes over its memory.
greedy=localhost/quantumrerank/greedy:e2e
arch=${ARCH:-$(go env GOARCH)}
CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -ldflags "-s -w" -o "bin/linux-$arch/greedy" ./test/e2e/greedy
bin/mkimage -o dist/greedy.tar -t "$greedy" --arch "$arch" --layer "bin/linux-$arch/greedy=/reranker" --entrypoint /reranker
hack/cluster/cluster load-image dist/greedy.tar

GREEDY_IMAGE=$greedy KUBECONFIG="$(hack/cluster/cluster kubeconfig)" \
  go test -tags e2e -count=1 -timeout 20m -v ./test/e2e "$@"

# The documents last: they end with the uninstallation.
if (($# == 0)); then
  KUBECONFIG="$(hack/cluster/cluster kubeconfig)" \
    go test -tags e2e -count=1 -timeout 30m -v -run TestCommandsWithTheCluster ./test/docs
fi
