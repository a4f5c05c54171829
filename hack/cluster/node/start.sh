# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Starts the node's process 1 in its namespaces, plugs in the network cable, and
# waits until the node serves.

node_start() {
  mkdir -p "$NODE_RUN/cni" "$NODE_RUN/log"
  rm -f "$NODE_RUN"/log/*
  pki_make
  node_configure
  cgroup_create
  node_launch
  node_plug
  date +%s >"$NODE_RUN/started"
}

# node_configure writes what the programs read. They get no file of the tree.
node_configure() {
  render "$NODE_DIR/config/containerd.toml" >"$NODE_RUN/containerd.toml"
  render "$NODE_DIR/config/kubelet.yaml" >"$NODE_RUN/kubelet.yaml"
  render "$NODE_DIR/config/kube-proxy.yaml" >"$NODE_RUN/kube-proxy.yaml"
  render "$NODE_DIR/config/cni.conflist" >"$NODE_RUN/cni/10-ptp.conflist"
  echo "nameserver $DNS_IP" >"$NODE_RUN/resolv.conf"
  cp "$NODE_DIR/init.sh" "$NODE_RUN/init.sh"
  printf '%s=%s\n' BIN "$NODE_BIN" IMAGES "$NODE_IMAGES" PKI "$NODE_RUN/pki" NODE_NAME "$NODE_NAME" \
    NODE_IP "$NODE_IP" HOST_IP "$HOST_IP" SERVICE_CIDR "$SERVICE_CIDR" >"$NODE_RUN/node.env"
}

# node_launch: a session of its own, so that Ctrl-C at a later command, or the end
# of the terminal, does not end the node; a clean environment, because programs
# would obey proxies and Go settings meant for others. It must not inherit the
# lock either: the node would hold it as long as it lives.
node_launch() {
  local parent child try
  # The inner shell expands these.
  # shellcheck disable=SC2016
  setsid env -i PATH="$PATH" HOME=/root LANG=C bash -c '
    while read -r directory; do echo $$ >"$directory/cgroup.procs"; done <"$1/cgroups"
    exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child bash "$1/init.sh" "$1"
  ' node "$NODE_RUN" >"$NODE_RUN/log/init.log" 2>&1 </dev/null {NODE_LOCK}>&- &
  parent=$!
  for try in $(seq 200); do
    child=$(tr -d ' ' 2>/dev/null <"/proc/$parent/task/$parent/children") || true
    # Between fork and exec the child still looks like its parent.
    [ -z "$child" ] || ! tr '\0' ' ' <"/proc/$child/cmdline" | grep -q "^bash $NODE_RUN/init.sh" || break
    [ -d "/proc/$parent" ] || break
    sleep 0.05
  done
  if [ -z "$child" ] || [ ! -d "/proc/$child" ]; then
    cat "$NODE_RUN/log/init.log" >&2
    die "the node's first process did not start (after $try tries)"
  fi
  process_remember unshare "$parent"
  process_remember init "$child"
  # cgroup v2: see delegate_cgroup2 in init.sh.
  [ ! -d "$(head -n 1 "$NODE_RUN/cgroups")/node" ] || echo "$parent" >"$(head -n 1 "$NODE_RUN/cgroups")/node/cgroup.procs"
}

# node_plug connects host and node, and routes pods and services through the node,
# so that tests on the host reach both by their addresses.
node_plug() {
  ip link add "$NODE_LINK" type veth peer name eth0 netns "$(process_recall init)"
  ip addr add "$HOST_IP/30" dev "$NODE_LINK"
  ip link set "$NODE_LINK" up
  ip route replace "$POD_CIDR" via "$NODE_IP" dev "$NODE_LINK"
  ip route replace "$SERVICE_CIDR" via "$NODE_IP" dev "$NODE_LINK"
}

# wait_until SECONDS WHAT COMMAND...: or say what the logs say.
wait_until() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    process_recall init >/dev/null || node_failed "the node ended while waiting for $what"
    [ "$SECONDS" -lt "$end" ] || node_failed "$what: not within the time"
    sleep 0.2
  done
}

node_failed() {
  local log
  for log in init restarts images; do [ ! -s "$NODE_RUN/log/$log.log" ] || tail -n 5 "$NODE_RUN/log/$log.log" >&2; done
  die "$1" "logs: $NODE_RUN/log/" "end it with: hack/cluster/cluster down"
}

node_api_ready() {
  curl -fs --noproxy '*' --cacert "$NODE_RUN/pki/ca.crt" --max-time 2 "https://$NODE_IP:6443/readyz"
}

node_is_ready() {
  node_kubectl get node "$NODE_NAME" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -qx True
}

node_addons() {
  render "$NODE_DIR/addons/dns.yaml" | node_kubectl apply -f - >/dev/null
  node_kubectl apply -f "$NODE_DIR/addons/metrics-server.yaml" >/dev/null
}

node_wait() {
  wait_until 60 "the API server" node_api_ready
  wait_until 60 "node $NODE_NAME" node_is_ready
  [ -e "$NODE_RUN/addons.done" ] || wait_until 30 "the add-ons" node_addons
  touch "$NODE_RUN/addons.done"
  wait_until 90 "cluster DNS" node_kubectl -n kube-system wait --for=condition=Available deployment/coredns --timeout=5s
}
