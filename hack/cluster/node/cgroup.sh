# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# A cgroup of the node's own, below the one this script runs in, so that what the
# node uses is counted where the caller is counted and nothing else is touched.
#
# Version 1 (one hierarchy for each controller) and version 2 (one for all) differ
# in everything; cgroup_version says which one this machine has.

CGROUP_NEEDED="cpu cpuacct cpuset memory devices freezer pids"
CGROUP_NEEDED_V2="cpu cpuset memory pids"

cgroup_version() {
  if grep -Eq '^[0-9]+:([^:]*,)?memory(,[^:]*)?:' /proc/self/cgroup; then echo 1; else echo 2; fi
}

# cgroup_hierarchies prints "CONTROLLERS<tab>DIRECTORY" for each version 1
# hierarchy: DIRECTORY is this process's own cgroup as it is mounted here.
cgroup_hierarchies() {
  local controllers own option root='' point=''
  while IFS=: read -r _ controllers own; do
    [ -n "$controllers" ] || continue
    option=${controllers#name=}
    [ "$option" = "$controllers" ] || option=name=$option
    # mountinfo: ... ROOT POINT OPTIONS ... - cgroup SOURCE OPTIONS-WITH-CONTROLLERS
    read -r root point < <(awk -v want="$option" '
      { n = split($0, half, " - "); split(half[2], tail, " "); split(half[1], head, " ")
        if (n == 2 && tail[1] == "cgroup" && ("," tail[3] ",") ~ ("," want ",")) { print head[4], head[5]; exit } }
      ' /proc/self/mountinfo) || true
    [ "$root" = / ] || own=${own#"$root"}
    # Not mounted, hidden below another mount, or read-only: of no use.
    [ -z "$point" ] || [ ! -w "$point$own" ] || printf '%s\t%s\n' "$controllers" "$point${own%/}"
    root='' point=''
  done </proc/self/cgroup
}

# cgroup_missing prints the controllers that the node needs and does not find.
cgroup_missing() {
  local wanted have
  if [ "$(cgroup_version)" = 1 ]; then
    have=" $(cgroup_hierarchies | cut -f1 | tr ',\n' '  ') "
    for wanted in $CGROUP_NEEDED; do [[ $have == *" $wanted "* ]] || printf '%s ' "$wanted"; done
  elif ! cgroup_v2_parent >/dev/null; then
    printf '%s ' "$CGROUP_NEEDED_V2"
  fi
}

# cgroup_v2_parent prints the nearest directory, from this process's cgroup
# upwards, that hands all needed controllers to its children. Version 2 forbids
# that to a group that has processes itself, so it is rarely our own; and turning
# controllers on in somebody else's group is not ours to do.
cgroup_v2_parent() {
  local at
  at=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
  for at in $(cgroup_v2_upwards "${at%/}"); do
    if cgroup_v2_hands_on "$at"; then
      echo "$at"
      return
    fi
  done
  return 1
}

# cgroup_v2_upwards DIRECTORY: it and those above it, down to the mount's root.
cgroup_v2_upwards() {
  local at=$1
  while [[ $at == /sys/fs/cgroup* ]]; do
    echo "$at"
    at=${at%/*}
  done
}

cgroup_v2_hands_on() {
  local wanted given
  given=" $(cat "$1/cgroup.subtree_control" 2>/dev/null) "
  for wanted in $CGROUP_NEEDED_V2; do [[ $given == *" $wanted "* ]] || return 1; done
}

# cgroup_create makes the node's groups. It writes their directories, one a line,
# to $NODE_RUN/cgroups, and what init mounts for each to $NODE_RUN/cgroup-mounts.
cgroup_create() {
  : >"$NODE_RUN/cgroups"
  : >"$NODE_RUN/cgroup-mounts"
  if [ "$(cgroup_version)" = 2 ]; then
    local parent
    parent=$(cgroup_v2_parent) || die "no cgroup here hands its controllers on"
    mkdir -p "$parent/$NODE_NAME/node"
    echo "$parent/$NODE_NAME" >"$NODE_RUN/cgroups"
    return
  fi
  local controllers directory name
  while IFS=$'\t' read -r controllers directory; do
    mkdir -p "$directory/$NODE_NAME"
    echo "$directory/$NODE_NAME" >>"$NODE_RUN/cgroups"
    name=${controllers#name=}
    [ "$name" = "$controllers" ] || controllers=none,name=$name
    printf '%s\t%s\n' "$controllers" "$name" >>"$NODE_RUN/cgroup-mounts"
    # A new cpuset group has no CPU and no memory until it is given some.
    [ ! -e "$directory/$NODE_NAME/cpuset.cpus" ] || cgroup_cpuset "$directory"
  done < <(cgroup_hierarchies)
}

cgroup_cpuset() {
  cat "$1/cpuset.cpus" >"$1/$NODE_NAME/cpuset.cpus"
  cat "$1/cpuset.mems" >"$1/$NODE_NAME/cpuset.mems"
  echo 1 >"$1/$NODE_NAME/cgroup.clone_children"
}

# cgroup_remove removes the groups, the leaves first. The kernel lets go of ended
# processes a little later than it reports their end.
cgroup_remove() {
  local try directory left
  [ -f "$NODE_RUN/cgroups" ] || return 0
  for try in 1 2 3 4 5 6 7 8 9 10; do
    left=
    while read -r directory; do
      [ -d "$directory" ] || continue
      find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null || true
      [ ! -d "$directory" ] || left=$directory
    done <"$NODE_RUN/cgroups"
    [ -n "$left" ] || break
    sleep 0.5
  done
  [ -z "$left" ] || die "cgroup $left is still in use after $try tries: see $left/cgroup.procs"
  rm -f "$NODE_RUN/cgroups" "$NODE_RUN/cgroup-mounts"
}
