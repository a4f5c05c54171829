# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Finds out, before anything is built, whether this machine can run the node. Each
# feature is tried, in namespaces that vanish at once, rather than looked up in a
# list: containers hide much of what the kernel could do.

PROBLEMS=()
problem() { PROBLEMS+=("$1"); }

preflight() {
  PROBLEMS=()
  [ "$(uname -s)" = Linux ] || problem "this is $(uname -s): a node needs Linux"
  case $(uname -m) in x86_64 | aarch64) ;; *) problem "this is $(uname -m): a node needs x86_64 or aarch64" ;; esac
  [ "$(id -u)" = 0 ] || problem "you are not root: a node makes namespaces, mounts and network links (try: sudo -E $0 up)"
  preflight_report
  preflight_tools
  preflight_kernel
  rm -rf "$CLUSTER_CACHE/node/probe"
  preflight_report
  preflight_room
}

# preflight_report ends the script with everything that is wrong at once.
preflight_report() {
  local line lines=()
  [ ${#PROBLEMS[@]} -gt 0 ] || return 0
  for line in "${PROBLEMS[@]}"; do lines+=("- $line"); done
  die "the node back end cannot run here:" "${lines[@]}" \
    "What to do instead:" \
    "  with Docker:              CLUSTER_BACKEND=kind hack/cluster/cluster up" \
    "  with a cluster of yours:  CLUSTER_KUBECONFIG=/path/to/kubeconfig hack/cluster/cluster up" \
    "  without any cluster:      hack/cluster/cluster assets   (etcd and kube-apiserver for envtest; no root needed)"
}

preflight_tools() {
  local tool
  has nft || apt_install "kube-proxy needs the program nft" nftables
  for tool in go openssl curl unshare flock mount find awk; do
    has $tool || problem "the program $tool is missing"
  done
  has ip || problem "the program ip is missing (package iproute2)"
}

preflight_kernel() {
  local missing
  unshare --mount --pid --net --uts --ipc --cgroup --fork true 2>/dev/null ||
    problem "namespaces cannot be made (unshare is forbidden: is this a container without --privileged?)"
  try_in_namespace "$(probe_overlay)" ||
    problem "an overlay file system cannot be mounted in $CLUSTER_CACHE (kernel without overlayfs, or the directory is on overlayfs itself: set CLUSTER_CACHE_DIR)"
  try_in_namespace 'ip link add qrprobe0 type veth peer name qrprobe1' ||
    problem "a veth pair cannot be made (kernel without CONFIG_VETH)"
  try_in_namespace "$(probe_nft)" ||
    problem "nf_tables does not work with NAT, fib and numgen (kernel without CONFIG_NF_TABLES and its parts)"
  missing=$(cgroup_missing)
  [ -z "$missing" ] || problem "cgroup v$(cgroup_version): not handed to this process: $missing"
}

try_in_namespace() { unshare --mount --net --propagation private sh -ec "$1" >/dev/null 2>&1; }

probe_overlay() {
  local dir=$CLUSTER_CACHE/node/probe
  mkdir -p "$dir/lower" "$dir/upper" "$dir/work" "$dir/merged"
  echo "mount -t overlay overlay -o lowerdir=$dir/lower,upperdir=$dir/upper,workdir=$dir/work $dir/merged"
}

probe_nft() {
  cat <<'NFT'
nft -f - <<'RULES'
table ip probe {
  chain post { type nat hook postrouting priority 100; masquerade; }
  chain pre { type nat hook prerouting priority -100; fib daddr type local tcp dport 1 dnat to numgen random mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }; }
}
RULES
NFT
}

# preflight_room warns: too little may still be enough.
preflight_room() {
  local memory disk
  memory=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
  disk=$(df -Pm "$CLUSTER_CACHE" | awk 'END {print $4}')
  [ "$memory" -ge 2000 ] || say "warning: only $memory MiB of memory are free (the node takes 400 MiB, building it 5 GiB)"
  [ -e "$NODE_BUILD/all.ready" ] || [ "$disk" -ge 10000 ] ||
    say "warning: only $disk MiB of disk are free in $CLUSTER_CACHE (building takes 8 GiB, most of it Go's caches)"
}

# preflight_addresses: nobody else may have the node's addresses.
preflight_addresses() {
  local taken
  taken=$(ip -o route show to match "$NODE_IP" | grep -v '^default' || true)
  taken+=$(ip -o route show to match "$API_SERVICE_IP" | grep -v '^default' || true)
  taken+=$(ip -o route show to match "${POD_CIDR%0/24}1" | grep -v '^default' || true)
  [ -z "$taken" ] || die "addresses of the node are in use on this machine:" "$taken" \
    "set CLUSTER_NUMBER (1 to 99) for other ones"
}
