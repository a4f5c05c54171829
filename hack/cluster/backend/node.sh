# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Back end "node": a real one-node Kubernetes without a container engine. All its
# programs are built from Go modules, and it lives in namespaces and a cgroup of
# its own, so that the machine stays as it is.

# shellcheck source=hack/cluster/node/build.sh
. "$CLUSTER_DIR/node/build.sh"
for part in cgroup preflight pki state start stop; do
  # shellcheck source=/dev/null
  . "$CLUSTER_DIR/node/$part.sh"
done

# node_lock: two commands that change the same node come one after the other.
node_lock() {
  mkdir -p "$NODE_RUN"
  exec {NODE_LOCK}>"$NODE_RUN.lock"
  flock -w 300 "$NODE_LOCK" || die "another command works on cluster '$CLUSTER_NAME' for 5 minutes already"
}

backend_up() {
  local begin=$SECONDS
  node_lock
  if process_recall init >/dev/null; then
    node_wait
    say "up already; kubeconfig: $NODE_KUBECONFIG"
    return
  fi
  preflight
  node_build all
  [ ! -e "$NODE_RUN/init.pid" ] || say "the node of an earlier time has ended: clean up after it"
  node_stop
  preflight_addresses
  begin=$SECONDS
  remember
  say "start node $NODE_NAME"
  node_start
  node_wait
  say "ready after $(duration $((SECONDS - begin))); kubeconfig: $NODE_KUBECONFIG"
}

node_must_be_up() {
  process_recall init >/dev/null || die "cluster '$CLUSTER_NAME' is not up: hack/cluster/cluster up"
}

backend_load() {
  local tar begin said
  node_must_be_up
  for tar; do
    begin=${EPOCHREALTIME/./}
    if ! said=$(node_ctr images import --local "$tar" 2>&1); then
      [[ $said != *"filtered out"* ]] ||
        die "$tar is not for this machine's architecture ($(uname -m)): make images without ARCH"
      die "containerd refused $tar:" "$(grep -v DEPRECATION <<<"$said")"
    fi
    say "loaded $tar in $(((${EPOCHREALTIME/./} - begin) / 1000)) ms"
  done
}

backend_kubeconfig() {
  node_must_be_up
  echo "$NODE_KUBECONFIG"
}

backend_status() {
  local state=starting
  if ! process_recall init >/dev/null; then
    if [ -e "$NODE_RUN/init.pid" ]; then
      printf 'state       ended by itself (see %s); up starts it anew\n' "$NODE_RUN/log"
    else
      printf 'state       down\n'
    fi
    return 1
  fi
  ! node_is_ready 2>/dev/null || state=Ready
  printf 'state       %s (node %s, process %s)\n' "$state" "$NODE_NAME" "$(process_recall init)"
  printf 'uptime      %s\n' "$(duration $(($(date +%s) - $(<"$NODE_RUN/started"))))"
  printf 'version     %s\n' "$(node_kubectl version 2>/dev/null | sed -n 's/^Server Version: //p')"
  printf 'kubeconfig  %s\n' "$NODE_KUBECONFIG"
  printf 'logs        %s\n' "$NODE_RUN/log"
  printf 'addresses   node %s, pods %s, services %s\n' "$NODE_IP" "$POD_CIDR" "$SERVICE_CIDR"
  # The file is there only after a part of the node had to be started again.
  # shellcheck disable=SC2002
  printf 'restarts    %s\n' "$(cat "$NODE_RUN/log/restarts.log" 2>/dev/null | wc -l)"
  printf 'images\n'
  node_ctr images ls -q 2>/dev/null | grep -v sha256: | sed 's/^/            /'
}

backend_down() {
  node_lock
  node_stop
  [ "$1" != --all ] || rm -rf "$NODE_RUN" "$NODE_RUN.lock"
  say "cluster '$CLUSTER_NAME' is down${1:+, its state is removed}"
}
