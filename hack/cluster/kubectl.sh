# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Where to find kubectl when the machine may have none.

# kubectl_path: the machine's own kubectl, else the one that the node back end builds.
kubectl_path() {
  if has kubectl; then
    command -v kubectl
    return
  fi
  # shellcheck source=hack/cluster/node/build.sh
  . "$CLUSTER_DIR/node/build.sh"
  node_build kubectl >&2
  echo "$NODE_BIN/kubectl"
}
