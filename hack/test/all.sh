#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs every test there is, on a fresh machine too. The binaries of the local
# cluster (a Kubernetes built from Go modules, minutes of work the first time)
# are built in the background from the first second, those of the API server
# first, so that lint and unit tests run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=0

logs=dist/test
mkdir -p "$logs"
begin=$SECONDS
declare -a table=()
background=""

finish() {
  local code=$?
  if [[ -n $background ]] && kill -0 "$background" 2>/dev/null; then
    kill "$background" 2>/dev/null || true
    wait "$background" 2>/dev/null || true
  fi
  printf '\n%-14s %8s  %s\n' stage seconds result
  printf '%s\n' "${table[@]}"
  printf '%-14s %8d  %s\n' total "$((SECONDS - begin))" "$([[ $code == 0 ]] && echo ok || echo FAILED)"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# stage NAME COMMAND... runs one stage, shows its output and keeps its time.
stage() {
  local name=$1 from=$SECONDS code=0
  shift
  printf '\n==> %s\n' "$name"
  "$@" || code=$?
  table+=("$(printf '%-14s %8d  %s' "$name" "$((SECONDS - from))" "$([[ $code == 0 ]] && echo ok || echo FAILED)")")
  return "$code"
}

# performance prints how the promised targets fare here. A test run shares its
# machine with builds, so a missed target is told and fails nothing.
performance() {
  make build && test/performance/run.sh --rounds 8 ||
    echo "A target was missed on this machine just now. On a quiet one, \`make performance\` decides."
}

# shellcheck source=hack/test/with-cluster-build.sh
source hack/test/with-cluster-build.sh

if cluster_is_local; then
  echo "Building the local cluster's binaries in the background: $logs/cluster-build.log"
  nice -n 10 hack/cluster/cluster build all >"$logs/cluster-build.log" 2>&1 &
  background=$!
fi

stage model make model
stage lint make lint
stage verify make verify
stage unit make unit
stage race make race
stage performance performance
stage envtest make integration
if [[ -n $background ]]; then
  stage cluster-build wait_for_build "$background" "$logs/cluster-build.log"
  background=""
fi
stage e2e make e2e
