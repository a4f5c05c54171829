# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Back end "existing": a cluster that somebody else keeps, named by
# CLUSTER_KUBECONFIG. The user's current context is never taken silently: tests
# create and delete things.

# shellcheck source=hack/cluster/kubectl.sh
. "$CLUSTER_DIR/kubectl.sh"

existing_check() {
  [ -n "${CLUSTER_KUBECONFIG:-}" ] || die "back end existing: set CLUSTER_KUBECONFIG to a kubeconfig file"
  [ -r "$CLUSTER_KUBECONFIG" ] || die "CLUSTER_KUBECONFIG '$CLUSTER_KUBECONFIG': no such file"
}

existing_kubectl() { "$(kubectl_path)" --kubeconfig "$CLUSTER_KUBECONFIG" "$@"; }

backend_up() {
  existing_check
  local answer
  answer=$(existing_kubectl --request-timeout=10s get --raw /readyz 2>&1) ||
    die "the cluster of $CLUSTER_KUBECONFIG does not answer:" "$answer"
  existing_kubectl get --raw /apis/metrics.k8s.io/v1beta1 >/dev/null 2>&1 ||
    say "warning: no metrics API (metrics-server) in this cluster: autoscaling on CPU will not work"
  say "the cluster answers: $(existing_kubectl version 2>/dev/null | sed -n 's/^Server Version: //p')"
}

backend_load() {
  if [ -z "${CLUSTER_LOAD_CMD:-}" ]; then
    die "back end existing: this script cannot put images into your cluster" \
      "Push them to a registry that its nodes reach, for example:" \
      "  docker load -i dist/operator.tar && docker tag ... && docker push ..." \
      "and name them:  make demo OPERATOR_IMAGE=... RERANKER_IMAGE=..." \
      "Or set CLUSTER_LOAD_CMD to a command that takes an archive as its last argument, for example:" \
      "  CLUSTER_LOAD_CMD='k3d image import -c mine'   or   'minikube image load'"
  fi
  local tar
  for tar; do
    say "load $tar with: $CLUSTER_LOAD_CMD"
    # The command is words for the shell on purpose: it has arguments of its own.
    # shellcheck disable=SC2086
    $CLUSTER_LOAD_CMD "$tar" >&2 || die "CLUSTER_LOAD_CMD failed for $tar"
  done
}

backend_kubeconfig() { existing_check && readlink -f "$CLUSTER_KUBECONFIG"; }

backend_status() {
  existing_check
  printf 'kubeconfig  %s\n' "$(backend_kubeconfig)"
  if existing_kubectl --request-timeout=5s get --raw /readyz >/dev/null 2>&1; then
    printf 'version     %s\n' "$(existing_kubectl version 2>/dev/null | sed -n 's/^Server Version: //p')"
    existing_kubectl get nodes
  else
    printf 'state       does not answer\n'
    return 1
  fi
}

backend_down() { say "back end existing: the cluster is yours, nothing is ended"; }
