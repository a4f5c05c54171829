#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Prints the directory with etcd, kube-apiserver and kubectl for envtest:
# KUBEBUILDER_ASSETS if it is set, else what setup-envtest can download, else
# the binaries that the local cluster builds from Go modules.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
  echo "$KUBEBUILDER_ASSETS"
  exit
fi
# setup-envtest is asked only where it is installed: its download address is
# not reachable everywhere, and the build below works offline.
if command -v setup-envtest >/dev/null && dir=$(timeout 120 setup-envtest use 1.37.x --print path 2>/dev/null); then
  echo "$dir"
  exit
fi
exec hack/cluster/cluster assets
