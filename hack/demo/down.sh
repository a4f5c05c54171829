#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Behind `make demo-down`: takes away what up.sh made. A cluster of its own goes
# as a whole; in a cluster of yours, the release and the two namespaces go.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=hack/demo/lib.sh
source hack/demo/lib.sh

uninstall() {
  kubeconfig=$("$cluster" kubeconfig)
  find_kubectl
  title "The Reranker"
  kc delete namespace "$namespace" --ignore-not-found --timeout 120s
  title "The operator"
  if [[ -x bin/helm ]]; then
    hm uninstall "$release" --namespace "$system" --ignore-not-found --wait --timeout 2m
  fi
  kc delete namespace "$system" --ignore-not-found --timeout 120s
  # The CRD goes only where no Reranker of anybody is left.
  if [[ -z $(kc get rerankers.quantumrerank.io --all-namespaces -o name 2>/dev/null) ]]; then
    kc delete crd rerankers.quantumrerank.io --ignore-not-found
  else
    say "The CustomResourceDefinition stays: other namespaces have Rerankers."
  fi
}

case $("$cluster" backend 2>/dev/null) in
  existing*) uninstall ;;
  *)
    title "The cluster, and everything in it"
    "$cluster" down
    ;;
esac
