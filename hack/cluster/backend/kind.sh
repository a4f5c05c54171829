# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Back end "kind": the cluster runs in a Docker container. kind and its node
# image come ready-made, so nothing of Kubernetes is compiled but metrics-server,
# which the autoscaler needs and kind does not bring.

# shellcheck source=hack/cluster/kubectl.sh
. "$CLUSTER_DIR/kubectl.sh"

KIND_HOME=$CLUSTER_CACHE/kind
KIND_KUBECONFIG=$KIND_HOME/$CLUSTER_NAME.kubeconfig

# Always the pinned kind: its Kubernetes version decides the form of the settings below.
kind_path() { tool kind sigs.k8s.io/kind; }
kind_kubectl() { "$(kubectl_path)" --kubeconfig "$KIND_KUBECONFIG" "$@"; }

kind_check() {
  has docker || die "back end kind: docker is not installed" \
    "use CLUSTER_BACKEND=node (Linux, root) or CLUSTER_KUBECONFIG=... (a cluster of yours)"
  docker info >/dev/null 2>&1 || die "back end kind: docker does not answer (is it started, may you use it?)"
}

# kind_settings: the autoscaler looks every 5 s instead of 15, and believes new
# pods sooner; a test of it would otherwise wait for minutes.
kind_settings() {
  cat <<'YAML'
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  kubeadmConfigPatches:
  - |
    kind: ClusterConfiguration
    controllerManager:
      extraArgs:
      - {name: enable-hostpath-provisioner, value: "true"}
      - {name: horizontal-pod-autoscaler-sync-period, value: 5s}
      - {name: horizontal-pod-autoscaler-initial-readiness-delay, value: 5s}
      - {name: horizontal-pod-autoscaler-cpu-initialization-period, value: 20s}
YAML
}

kind_exists() { "$(kind_path)" get clusters 2>/dev/null | grep -qx "$CLUSTER_NAME"; }

kind_metrics() {
  kind_kubectl -n kube-system get deployment metrics-server >/dev/null 2>&1 && return
  # shellcheck source=hack/cluster/node/build.sh
  . "$CLUSTER_DIR/node/build.sh"
  node_build metrics >&2
  backend_load "$NODE_IMAGES/metrics-server.tar"
  kind_kubectl apply -f "$CLUSTER_DIR/node/addons/metrics-server.yaml" >&2
}

backend_up() {
  kind_check
  mkdir -p "$KIND_HOME"
  remember
  if kind_exists; then
    "$(kind_path)" export kubeconfig --name "$CLUSTER_NAME" --kubeconfig "$KIND_KUBECONFIG" >&2
  else
    kind_settings | "$(kind_path)" create cluster --name "$CLUSTER_NAME" --kubeconfig "$KIND_KUBECONFIG" \
      --config - --wait 180s >&2
  fi
  kind_kubectl wait --for=condition=Ready node --all --timeout=120s >&2
  kind_metrics
  say "ready; kubeconfig: $KIND_KUBECONFIG"
}

backend_load() {
  kind_check
  local tar
  for tar; do
    say "load $tar"
    "$(kind_path)" load image-archive "$tar" --name "$CLUSTER_NAME" >&2
  done
}

backend_kubeconfig() {
  [ -s "$KIND_KUBECONFIG" ] || die "cluster '$CLUSTER_NAME' is not up: hack/cluster/cluster up"
  echo "$KIND_KUBECONFIG"
}

backend_status() {
  kind_check
  if ! kind_exists; then
    printf 'state       down\n'
    return 1
  fi
  printf 'kubeconfig  %s\nversion     %s\n' "$KIND_KUBECONFIG" \
    "$(kind_kubectl version 2>/dev/null | sed -n 's/^Server Version: //p')"
  printf 'container   %s\n' "$(docker ps --filter "name=^$CLUSTER_NAME-control-plane\$" --format '{{.Status}}')"
  kind_kubectl get nodes
  printf 'images\n'
  docker exec "$CLUSTER_NAME-control-plane" crictl images | grep -E 'localhost/' || true
}

backend_down() {
  kind_check
  if kind_exists; then "$(kind_path)" delete cluster --name "$CLUSTER_NAME" --kubeconfig "$KIND_KUBECONFIG" >&2; fi
  rm -f "$KIND_KUBECONFIG"
  say "cluster '$CLUSTER_NAME' is down"
}
