# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What up.sh and down.sh share: names, stages with times, kubectl and helm on
# the demo's cluster only. Whoever sources it uses the names, so:
# shellcheck disable=SC2034

kubeconfig=""
cluster=hack/cluster/cluster
release=quantumrerank
system=quantumrerank-system
namespace=demo
name=search

say() { printf '%s\n' "$*"; }
title() { printf '\n==> %s\n' "$*"; }
die() {
  printf '\ndemo: %s\n' "$1" >&2
  shift
  [[ $# == 0 ]] || printf '      %s\n' "$@" >&2
  exit 1
}

# Every call names its kubeconfig: the current context of whoever runs this is
# never touched.
kc() { kubectl --kubeconfig "$kubeconfig" "$@"; }
hm() { bin/helm --kubeconfig "$kubeconfig" "$@"; }

# stage NAME COMMAND...: runs a stage and keeps its time for the table.
declare -a stages=()
stage() {
  local label=$1 from=$SECONDS
  shift
  "$@"
  stages+=("$(printf '  %-36s %5d s' "$label" "$((SECONDS - from))")")
}

print_stages() {
  title "Times"
  printf '%s\n' "${stages[@]}"
  printf '  %-36s %5d s\n' total "$SECONDS"
}

# find_kubectl: the machine's own kubectl, else the one that the cluster builds.
find_kubectl() {
  command -v kubectl >/dev/null && return
  local dir
  dir=$("$cluster" assets) || die "no kubectl on this machine, and none could be built"
  PATH=$PATH:$dir
}
