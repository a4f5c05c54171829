# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Programs for envtest: a directory with etcd, kube-apiserver and kubectl.

ENVTEST_VERSION=1.37.x

# node_assets prints the directory: the one the caller has, the one built here,
# one that can be downloaded, or one that is built now, whichever comes first.
# Tests need only etcd and kube-apiserver, so it does not wait for kubectl.
node_assets() {
  local found
  if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/kube-apiserver" ]; then
    echo "$KUBEBUILDER_ASSETS"
    return
  fi
  if [ ! -e "$NODE_BUILD/envtest.ready" ] && ! assets_in_progress && found=$(assets_download); then
    echo "$found"
    return
  fi
  node_build envtest
  echo "$NODE_BIN"
}

# assets_in_progress: is a build running that will make them anyway?
assets_in_progress() { [ -e "$NODE_BUILD/lock" ] && ! flock -n "$NODE_BUILD/lock" true; }

# assets_download asks setup-envtest, which saves ten minutes where it can download.
assets_download() {
  local found tried=$CLUSTER_CACHE/envtest
  mkdir -p "$tried"
  found=$(timeout 120 "$(tool setup-envtest sigs.k8s.io/controller-runtime/tools/setup-envtest)" \
    use "$ENVTEST_VERSION" --print path --bin-dir "$tried" 2>"$tried/log") && [ -x "$found/kube-apiserver" ] && {
    echo "$found"
    return
  }
  say "setup-envtest could not download (see $tried/log): building etcd and kube-apiserver instead"
  return 1
}
