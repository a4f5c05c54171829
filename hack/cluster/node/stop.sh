# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Ends the node and removes everything it left on the machine. Safe to run when
# there is nothing to end, and after a node that died by itself.

node_stop() {
  local pid try
  if pid=$(process_recall init); then kill -KILL "$pid" || true; fi
  node_kill_strays
  # It ends when the kernel has ended the last process of the node.
  for try in $(seq 150); do
    process_recall unshare >/dev/null || break
    sleep 0.1
  done
  ! pid=$(process_recall unshare) || die "process $pid of the node is still there after $try tries"
  ip link del "$NODE_LINK" 2>/dev/null || true
  cgroup_remove
  node_state_is_free
  # What belongs to a life of the cluster goes; certificates and images stay.
  rm -rf "$NODE_RUN"/{etcd,kubelet,podlog,sysctl,cni,node.env,started,addons.done} "$NODE_RUN"/*.pid
}

# node_kill_strays ends a node whose start was interrupted before its process
# number was written down: its first processes are in the node's own cgroup and
# were started with the node's own directory.
node_kill_strays() {
  local directory pid
  [ -s "$NODE_RUN/cgroups" ] || return 0
  while read -r directory; do
    while read -r pid; do
      ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$NODE_RUN/init.sh" || kill -KILL "$pid" || true
    done < <(cat "$directory/cgroup.procs" "$directory/node/cgroup.procs" 2>/dev/null)
  done <"$NODE_RUN/cgroups"
}

# node_state_is_free: deleting a directory that is mounted somewhere would delete
# what is behind it. No mount of the node is visible here, so none may be found.
node_state_is_free() {
  local mounts
  mounts=$(awk -v d="$NODE_RUN/" 'index($5, d) == 1 {print $5}' /proc/self/mountinfo)
  [ -z "$mounts" ] || die "still mounted below $NODE_RUN, which is therefore kept:" "$mounts"
}
