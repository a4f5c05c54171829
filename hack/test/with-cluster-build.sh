# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by all.sh: what it needs to know about the cluster's background build.

# cluster_is_local says whether the back end has to build its own Kubernetes.
cluster_is_local() {
  [[ $(hack/cluster/cluster backend 2>/dev/null) == node* ]]
}

# wait_for_build PID LOG shows the build's last line until it ends, and the
# end of its log when it failed.
wait_for_build() {
  local pid=$1 log=$2
  while kill -0 "$pid" 2>/dev/null; do
    tail -n 1 "$log"
    sleep 15
  done
  if ! wait "$pid"; then
    tail -n 40 "$log" >&2
    return 1
  fi
}
