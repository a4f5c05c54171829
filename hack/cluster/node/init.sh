#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# init.sh RUN: process 1 of the node, in mount, process, network, host name, IPC
# and cgroup namespaces of its own. When it ends, the kernel ends everything that
# it started and takes back every mount, address and rule: there is nothing to
# clean up inside. start.sh copies this file to RUN, so that a node that runs does
# not change with the tree.

set -eu
RUN=$1
# shellcheck source=/dev/null
. "$RUN/node.env"
trap 'exit 0' TERM INT

# mount_all shows the node a machine of its own: changes stay in this namespace.
mount_all() {
  mount --make-rslave /
  # The kubelet wants to share its mounts with containers; only with those.
  mount --make-rshared /
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount_cgroups
  mount -t tmpfs -o mode=755 tmpfs /run
  mount -t tmpfs -o mode=755 tmpfs /var/log
  mount -t tmpfs -o mode=755 tmpfs /var/lib
  mkdir -p /run/lock /var/lib/kubelet /var/lib/cni "$RUN/kubelet" "$RUN/podlog" "$RUN/sysctl"
}

# mount_cgroups mounts the hierarchies with the node's own group as their root.
mount_cgroups() {
  if [ ! -s "$RUN/cgroup-mounts" ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    delegate_cgroup2
    return
  fi
  local controllers name part
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  while IFS=$'\t' read -r controllers name; do
    mkdir "/sys/fs/cgroup/$name"
    mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/$name"
    # Controllers that share a hierarchy are looked for by their single names.
    for part in ${name//,/ }; do [ -e "/sys/fs/cgroup/$part" ] || ln -s "$name" "/sys/fs/cgroup/$part"; done
  done <"$RUN/cgroup-mounts"
}

# delegate_cgroup2: a group that hands controllers on must have no process itself.
# start.sh moves the process that started us into the same leaf.
delegate_cgroup2() {
  local try
  echo 1 >/sys/fs/cgroup/node/cgroup.procs
  for try in $(seq 100); do
    if echo "+cpu +cpuset +memory +pids" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null; then return; fi
    sleep 0.05
  done
  echo "cgroup v2: could not turn on the controllers after $try tries" >&2
  exit 1
}

# show_setting NAME VALUE: the kubelet insists on some kernel-wide values. It is
# shown them, and the machine keeps its own.
show_setting() {
  printf '%s\n' "$2" >"$RUN/sysctl/${1//\//.}"
  mount --bind "$RUN/sysctl/${1//\//.}" "/proc/sys/$1"
}

settings() {
  show_setting vm/overcommit_memory 1
  show_setting vm/panic_on_oom 0
  show_setting kernel/panic 10
  show_setting kernel/panic_on_oops 1
  show_setting kernel/keys/root_maxkeys 1000000
  show_setting kernel/keys/root_maxbytes 25000000
  ulimit -n 20000 2>/dev/null || true
}

# network waits for the cable that start.sh puts in. Routing is switched on in
# this network namespace only.
network() {
  ip link set lo up
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
  ip addr add "$NODE_IP/30" dev eth0
  ip link set eth0 up
  ip route add default via "$HOST_IP"
  echo 1 >/proc/sys/net/ipv4/ip_forward
}

# keep NAME COMMAND...: runs a part of the node and starts it again when it ends.
keep() {
  local name=$1 rc
  shift
  while :; do
    rc=0
    "$@" >>"$RUN/log/$name.log" 2>&1 || rc=$?
    echo "$(date +%T) $name ended with $rc" >>"$RUN/log/restarts.log"
    sleep 1
  done &
}

ctr() { "$BIN/ctr" -a /run/containerd/containerd.sock -n k8s.io "$@"; }

# images puts in the three images of the node and forgets containers of an
# earlier life: their processes are gone.
images() {
  local old tar
  until [ -S /run/containerd/containerd.sock ] && ctr version >/dev/null 2>&1; do sleep 0.1; done
  old=$(ctr containers ls -q)
  # shellcheck disable=SC2086
  [ -z "$old" ] || ctr containers rm $old
  for tar in "$IMAGES"/*.tar; do
    ctr images ls -q | grep -qxF "localhost/$(basename "$tar" .tar):1" || ctr images import --local "$tar"
  done
}

etcd() {
  keep etcd "$BIN/etcd" --data-dir "$RUN/etcd" --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync
}

apiserver() {
  keep kube-apiserver "$BIN/kube-apiserver" --etcd-servers http://127.0.0.1:2379 \
    --advertise-address "$NODE_IP" --secure-port 6443 --allow-privileged=true \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --service-cluster-ip-range "$SERVICE_CIDR" --client-ca-file "$PKI/ca.crt" \
    --tls-cert-file "$PKI/apiserver.crt" --tls-private-key-file "$PKI/apiserver.key" \
    --kubelet-client-certificate "$PKI/apiserver-kubelet.crt" \
    --kubelet-client-key "$PKI/apiserver-kubelet.key" \
    --kubelet-certificate-authority "$PKI/ca.crt" --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$PKI/sa.pub" --service-account-signing-key-file "$PKI/sa.key" \
    --requestheader-client-ca-file "$PKI/front.crt" --requestheader-allowed-names front-proxy-client \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$PKI/front-client.crt" --proxy-client-key-file "$PKI/front-client.key"
}

# controllers: the autoscaler looks more often than usual, so that its tests do
# not wait for minutes.
controllers() {
  local as=$PKI/controller-manager.kubeconfig
  keep kube-controller-manager "$BIN/kube-controller-manager" --leader-elect=false \
    --kubeconfig "$as" --authentication-kubeconfig "$as" --authorization-kubeconfig "$as" \
    --use-service-account-credentials --service-account-private-key-file "$PKI/sa.key" \
    --root-ca-file "$PKI/ca.crt" --cluster-signing-cert-file "$PKI/ca.crt" --cluster-signing-key-file "$PKI/ca.key" \
    --horizontal-pod-autoscaler-sync-period 5s --horizontal-pod-autoscaler-initial-readiness-delay 5s \
    --horizontal-pod-autoscaler-cpu-initialization-period 20s
  as=$PKI/scheduler.kubeconfig
  keep kube-scheduler "$BIN/kube-scheduler" --leader-elect=false \
    --kubeconfig "$as" --authentication-kubeconfig "$as" --authorization-kubeconfig "$as"
}

node() {
  keep kubelet "$BIN/kubelet" --config "$RUN/kubelet.yaml" --root-dir "$RUN/kubelet" \
    --kubeconfig "$PKI/kubelet.kubeconfig" --hostname-override "$NODE_NAME" --node-ip "$NODE_IP" --v 2
  keep kube-proxy "$BIN/kube-proxy" --config "$RUN/kube-proxy.yaml" --hostname-override "$NODE_NAME"
}

wait_for_api() {
  until curl -fs --noproxy '*' --cacert "$PKI/ca.crt" --max-time 2 "https://$NODE_IP:6443/readyz" >/dev/null; do
    sleep 0.1
  done
}

hostname "$NODE_NAME"
mount_all
settings
network
etcd
keep containerd "$BIN/containerd" -c "$RUN/containerd.toml"
apiserver
images >>"$RUN/log/images.log" 2>&1 || echo "could not import the node's images: see images.log" >&2
# These three give up when the API does not answer yet.
wait_for_api
controllers
node
wait
