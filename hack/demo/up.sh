#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Behind `make demo`: a cluster, the two images, the operator by Helm, the
# Reranker of config/samples and a ranked answer through its Service. Running it
# again changes nothing and takes seconds.
#
#   OPERATOR_IMAGE, RERANKER_IMAGE   use these images; nothing is built or loaded
#   DEMO_TIMEOUT                     seconds to wait for Ready (default 180)
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=hack/demo/lib.sh
source hack/demo/lib.sh

forward=""
cleanup() {
  if [[ -n $forward ]]; then kill "$forward" 2>/dev/null || true; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start_cluster() {
  title "A cluster"
  "$cluster" up || die "the cluster did not come up; its last words are above" "$cluster status"
  kubeconfig=$("$cluster" kubeconfig)
  find_kubectl
}

# tag_of TAR: the name that an image archive carries.
tag_of() {
  tar -xOf "$1" manifest.json | sed -n 's/.*"RepoTags":\["\([^"]*\)".*/\1/p'
}

load_images() {
  title "Images"
  if [[ -n ${OPERATOR_IMAGE:-} && -n ${RERANKER_IMAGE:-} ]]; then
    say "using $OPERATOR_IMAGE and $RERANKER_IMAGE; nothing is built"
    return
  fi
  make -s images images-load || die "the images could not be built or loaded; see above"
  OPERATOR_IMAGE=$(tag_of dist/operator.tar)
  RERANKER_IMAGE=$(tag_of dist/reranker.tar)
  [[ -n $OPERATOR_IMAGE && -n $RERANKER_IMAGE ]] || die "dist/*.tar carry no image name"
}

# image_flags PREFIX REFERENCE: the chart's values for an image reference.
image_flags() {
  local prefix=$1 reference=$2
  if [[ $reference == *@* ]]; then
    printf '%s\n' --set "$prefix.repository=${reference%@*}" --set "$prefix.digest=${reference#*@}"
  else
    printf '%s\n' --set "$prefix.repository=${reference%:*}" --set-string "$prefix.tag=${reference##*:}"
  fi
}

# content_of TAR: changes when the image does, even under the same tag.
content_of() {
  [[ -f $1 ]] && tar -xOf "$1" manifest.json | sha256sum | cut -c1-16
}

install_operator() {
  title "The operator, by Helm"
  make -s bin/helm
  local -a flags
  mapfile -t flags < <(
    image_flags image "$OPERATOR_IMAGE"
    image_flags rerankerImage "$RERANKER_IMAGE"
    if content=$(content_of dist/operator.tar); then
      printf '%s\n' --set-string "podAnnotations.quantumrerank\\.io/image-content=$content"
    fi
  )
  if ! hm upgrade --install "$release" charts/quantumrerank --namespace "$system" --create-namespace \
    "${flags[@]}" --wait --timeout 3m >/dev/null; then
    kc -n "$system" get pods,events --sort-by=.metadata.creationTimestamp >&2 || true
    kc -n "$system" logs --tail=30 "deployment/$release-operator" >&2 || true
    die "the operator did not start; events and its log are above"
  fi
  kc -n "$system" get deployments
}

# ready_line: status, generation seen, reason and message of Ready, one a line.
ready_line() {
  kc -n "$namespace" get rr "$name" -o jsonpath='{.metadata.generation}{"|"}{.status.observedGeneration}{"|"}{.status.conditions[?(@.type=="Ready")].status}{"|"}{.status.conditions[?(@.type=="Ready")].reason}{"|"}{.status.conditions[?(@.type=="Ready")].message}'
}

wait_ready() {
  local deadline=$((SECONDS + ${DEMO_TIMEOUT:-180})) from=$SECONDS shown="" line generation seen status reason message
  while ((SECONDS < deadline)); do
    line=$(ready_line) || line="||||no answer from the API server"
    IFS='|' read -r generation seen status reason message <<<"$line"
    if [[ $status == True && $seen == "$generation" ]]; then
      printf '  %3d s  Ready: %s\n' "$((SECONDS - from))" "$message"
      return
    fi
    if [[ $reason$message != "$shown" ]]; then
      shown=$reason$message
      printf '  %3d s  %s: %s\n' "$((SECONDS - from))" "${reason:-Waiting}" "${message:-the operator has not looked at it yet}"
    fi
    sleep 0.5
  done
  explain
  die "the Reranker is not Ready after ${DEMO_TIMEOUT:-180} s; its description, events and logs are above"
}

explain() {
  {
    title "Description"
    kc -n "$namespace" describe rr "$name"
    title "Events"
    kc -n "$namespace" get events --sort-by=.lastTimestamp | tail -n 20
    title "Pods"
    kc -n "$namespace" get pods -o wide
    title "Their logs"
    kc -n "$namespace" logs --tail=30 --prefix -l "quantumrerank.io/reranker=$name"
    title "The operator's log"
    kc -n "$system" logs --tail=30 "deployment/$release-operator"
  } >&2 || true
}

apply_reranker() {
  title "A Reranker"
  sed '/^#/d; /^$/d; s/^/  /' config/samples/reranker.yaml
  kc get namespace "$namespace" >/dev/null 2>&1 || kc create namespace "$namespace"
  refresh_pods
  kc -n "$namespace" apply -f config/samples/reranker.yaml
  wait_ready
}

# refresh_pods restarts pods of an earlier run that have an older image under
# the same tag: to Kubernetes nothing changed, to whoever just built it
# everything did.
refresh_pods() {
  local key=quantumrerank.io/demo-image content old deployment=$name-reranker
  content=$(content_of dist/reranker.tar) || return 0
  old=$(kc get namespace "$namespace" -o 'jsonpath={.metadata.annotations.quantumrerank\.io/demo-image}')
  if [[ -n $old && $old != "$content" ]] && kc -n "$namespace" get deployment "$deployment" >/dev/null 2>&1; then
    kc -n "$namespace" rollout restart "deployment/$deployment"
    kc -n "$namespace" rollout status "deployment/$deployment" --timeout 120s
  fi
  kc annotate namespace "$namespace" --overwrite "$key=$content" >/dev/null
}

# reach_service sets url. The node back end's ClusterIPs answer on this
# machine; elsewhere the Service is forwarded to a free local port.
reach_service() {
  if [[ $("$cluster" backend 2>/dev/null) == node* ]]; then
    url=http://$(kc -n "$namespace" get service "$name-reranker" -o jsonpath='{.spec.clusterIP}')
    return
  fi
  local log
  log=$(mktemp)
  kc -n "$namespace" port-forward "service/$name-reranker" :80 >"$log" 2>&1 &
  forward=$!
  for _ in {1..50}; do
    port=$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$log")
    [[ -z $port ]] || break
    sleep 0.2
  done
  [[ -n $port ]] || die "kubectl port-forward gave no port:" "$(cat "$log")"
  rm -f "$log"
  url=http://127.0.0.1:$port
}

rerank_sample() {
  title "A rerank of test/sample through the Service"
  reach_service
  if ! go run ./hack/demo/ask --url "$url" --sample test/sample; then
    explain
    die "the Service gave no ranked answer; see above"
  fi
}

next_steps() {
  title "What to try next"
  say "  export KUBECONFIG=$kubeconfig"
  if [[ -n $forward ]]; then
    # The forwarding of this script ends with it.
    url=http://localhost:8000
    say "  kubectl -n $namespace port-forward service/$name-reranker 8000:80 &"
  fi
  cat <<END
  curl -s $url/v1/rerank -H 'Content-Type: application/json' \\
    -d '{"query":"fresh bread","documents":["a bicycle","a loaf in a cloth"]}'
  kubectl -n $namespace describe rr $name                # what it is and why
  kubectl -n $namespace get deploy,svc,hpa,pdb,cm,sa,netpol
  kubectl -n $namespace patch rr $name --type merge -p '{"spec":{"method":"quantum"}}'
  kubectl -n $namespace patch rr $name --type merge -p '{"spec":{"replicas":2}}'
  kubectl -n $namespace patch rr $name --type merge -p '{"spec":{"memoryLimit":"16Mi"}}'   # refused, in words
  kubectl -n $namespace delete pod -l quantumrerank.io/reranker=$name   # and watch it come back
  make demo-down                                      # undo all of it
END
}

main() {
  stage "cluster" start_cluster
  stage "images (build and load)" load_images
  stage "operator (helm install)" install_operator
  stage "Reranker (apply until Ready)" apply_reranker
  stage "rerank of the sample" rerank_sample
  title "kubectl get rr"
  kc -n "$namespace" get rr -o wide
  print_stages
  next_steps
}

main "$@"
