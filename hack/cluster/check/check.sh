#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# check: finds out whether the cluster that is up does what our tests build on, on
# real pods: image load, probes, gating by readiness, DNS, Services, logs, exec,
# memory limits, rolling update, metrics. Works with every back end.

set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cluster=$here/../cluster
space=quantumrerank-check
work=$(mktemp -d)

KUBECONFIG=$("$cluster" kubeconfig)
export KUBECONFIG
backend=$("$cluster" backend 2>/dev/null)
PATH=$("$cluster" assets):$PATH

k() { kubectl -n "$space" --request-timeout=30s "$@"; }
trap 'kubectl delete namespace "$space" --ignore-not-found --wait=false >/dev/null; rm -rf "$work"' EXIT

passed=0
# ok WHAT COMMAND...: one line a check; the first that fails ends the script.
ok() {
  local what=$1 begin=${EPOCHREALTIME/./}
  shift
  if ! "$@" >"$work/out" 2>&1; then
    cat "$work/out" >&2
    printf 'FAIL  %s\n' "$what"
    k get pods,endpointslices -o wide || true
    exit 1
  fi
  passed=$((passed + 1))
  printf 'ok    %-58s %5d ms\n' "$what" $(((${EPOCHREALTIME/./} - begin) / 1000))
}

# within SECONDS COMMAND...: tries until it holds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >"$work/try" 2>&1; do
    [ $SECONDS -lt $end ] || { cat "$work/try"; return 1; }
    sleep 0.3
  done
}

inside() { k exec client -- /probe "$@"; }
prints() { local want=$1; shift; "$@" | grep -q -- "$want"; }
image() {
  export GOFLAGS="-buildvcs=false -mod=readonly -trimpath" CGO_ENABLED=0 GOWORK=off
  go build -C "$here/probe" -ldflags '-s -w' -o "$work/probe" .
  go build -C "$here/../../image" -o "$work/mkimage" .
  "$work/mkimage" -o "$work/probe.tar" -t localhost/quantumrerank/probe:check \
    --layer "$work/probe=/probe" --entrypoint /probe
}
ready_pods() {
  [ "$(k get endpointslices -l kubernetes.io/service-name=probe \
    -o 'jsonpath={range .items[*].endpoints[?(@.conditions.ready==true)]}x{end}')" = "$1" ]
}
# a_pod names one that serves; others may be on their way out.
a_pod() {
  k get endpointslices -l kubernetes.io/service-name=probe \
    -o 'jsonpath={.items[0].endpoints[?(@.conditions.ready==true)].targetRef.name}' | cut -d' ' -f1
}
no_request_is_lost() {
  local answers
  k rollout restart deployment/probe
  for _ in $(seq 40); do inside get http://probe/ || echo lost; done >"$work/answers" &
  answers=$!
  k rollout status deployment/probe --timeout=60s
  wait $answers
  [ "$(grep -c '^200 ' "$work/answers")" = 40 ]
}
oom_killed() {
  [ "$(k get pod "$pod" -o 'jsonpath={.status.containerStatuses[0].lastState.terminated.reason}')" = OOMKilled ]
}

kubectl delete namespace "$space" --ignore-not-found >/dev/null
kubectl create namespace "$space" >/dev/null
ok "an image is made" image
ok "and loaded" "$cluster" load-image "$work/probe.tar"
ok "objects are accepted" within 20 k apply -f "$here/probe.yaml"
ok "two restricted pods pass their probes" k rollout status deployment/probe --timeout=90s
ok "the client pod is ready" k wait --for=condition=Ready pod/client --timeout=60s
pod=$(k get pods -l app=probe -o 'jsonpath={.items[0].metadata.name}')
address=$(k get pod "$pod" -o 'jsonpath={.status.podIP}')
service=$(k get service probe -o 'jsonpath={.spec.clusterIP}')
ok "logs come" k logs "$pod"
ok "DNS: short name" prints "$service" inside lookup probe
ok "DNS: full name" prints "$service" inside lookup "probe.$space.svc.cluster.local"
ok "the Service answers in a pod" prints '^200 ' inside get http://probe/
if [ "$backend" = node ]; then
  ok "the Service answers on the host by its address" curl -fsS --noproxy '*' --max-time 5 "http://$service/"
fi
ok "a pod that says it is not ready" inside get "http://$address:8080/ready/off"
ok "leaves the Service" within 10 ready_pods x
ok "and after it says it is ready again" inside get "http://$address:8080/ready/on"
ok "comes back" within 10 ready_pods xx
ok "a rolling update loses no request" no_request_is_lost
pod=$(a_pod)
address=$(k get pod "$pod" -o 'jsonpath={.status.podIP}')
inside get "http://$address:8080/eat?mb=100" >/dev/null 2>&1 || true
ok "a pod beyond its memory limit is OOMKilled" within 15 oom_killed
ok "and starts again" k rollout status deployment/probe --timeout=60s
ok "metrics of nodes" within 60 kubectl top node
ok "metrics of pods" within 60 k top pod
printf '%d passed, 0 failed\n' "$passed"
