# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Who the node's processes are. A process number alone may belong to somebody else
# by now, so each is kept with the time its process started.

# process_start PID: when it started, in clock ticks since boot; empty if it is gone.
process_start() {
  # The command name, in brackets, may hold anything; count from the last bracket.
  sed -n 's/.*) //p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

process_remember() { echo "$2 $(process_start "$2")" >"$NODE_RUN/$1.pid"; }

# process_recall NAME: its PID, if it still is the process that was remembered.
process_recall() {
  local pid start
  read -r pid start 2>/dev/null <"$NODE_RUN/$1.pid" || return 1
  [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ] || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$NODE_RUN/init.sh" || return 1
  echo "$pid"
}

node_ctr() { "$NODE_BIN/ctr" -a "/proc/$(process_recall init)/root/run/containerd/containerd.sock" -n k8s.io "$@"; }
node_kubectl() { "$NODE_BIN/kubectl" --kubeconfig "$NODE_KUBECONFIG" "$@"; }
