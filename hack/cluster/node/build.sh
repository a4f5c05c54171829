# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Builds every program of the node from Go modules: k8s/ (Kubernetes, etcd,
# CoreDNS, metrics-server) and cri/ (containerd, runc, CNI). The results are kept
# outside the tree, in a directory whose name stands for everything they are made
# of. A program appears there complete or not at all, so an interrupted build
# goes on where it was.

# shellcheck source=hack/cluster/node/settings.sh
. "$CLUSTER_DIR/node/settings.sh"
# shellcheck source=hack/cluster/node/progress.sh
. "$CLUSTER_DIR/node/progress.sh"

KUBERNETES_VERSION=v1.37.2
BUILD_TAG=k8s.io/component-base/version
# Without a version the API server calls itself v0.0.0-master+$Format:%H$, which
# clients cannot read.
BUILD_LDFLAGS="-s -w -X $BUILD_TAG.gitVersion=$KUBERNETES_VERSION -X $BUILD_TAG.gitMajor=1 \
-X $BUILD_TAG.gitMinor=37 -X $BUILD_TAG.gitTreeState=clean -X $BUILD_TAG.gitCommit=module"
BUILD_LDFLAGS=${BUILD_LDFLAGS//$'\n'/}

go_settings

# build_key: a short digest of modules, sources, flags and Go version.
build_key() {
  (
    cd "$NODE_DIR" || exit
    printf '%s\n' "$GOFLAGS" "$BUILD_LDFLAGS" images-1
    for module in k8s cri; do (cd $module && go env GOVERSION GOOS GOARCH); done
    find k8s cri -type f \( -name '*.go' -o -name 'go.*' \) | LC_ALL=C sort | xargs sha256sum
  ) | sha256sum | cut -c1-16
}

NODE_BUILD=$CLUSTER_CACHE/node/$(build_key)
NODE_BIN=$NODE_BUILD/bin
NODE_IMAGES=$NODE_BUILD/images

# go_programs NAME MODULE DIRECTORY PACKAGE...: builds programs that are missing.
# The flags are the same for all but runc, so packages are compiled once.
go_programs() {
  local name=$1 module=$2 directory=$3 package missing=()
  shift 3
  for package; do [ -x "$directory/$(program_name "$package")" ] || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  step "$name" compile "$name" "$module" "$directory" "${missing[@]}"
}

# program_name PACKAGE: the name of its program in bin/.
program_name() {
  case $1 in
    go.etcd.io/etcd/server/v3) echo etcd ;;
    *) basename "$1" ;;
  esac
}

compile() {
  local name=$1 module=$NODE_DIR/$2 directory=$3 part=$NODE_BUILD/part/$1 package
  shift 3
  rm -rf "$part"
  mkdir -p "$part" "$directory"
  # run_go_step reads GO_BUILD.
  # shellcheck disable=SC2034
  GO_BUILD=("${BUILD_TAGS[@]}" -ldflags "$BUILD_LDFLAGS" -o "$part/")
  run_go_step "$name" "$module" "$@"
  [ ! -e "$part/server" ] || mv "$part/server" "$part/etcd"
  for package; do mv "$part/$(program_name "$package")" "$directory/"; done
  rmdir "$part"
}
BUILD_TAGS=()

# build_runc: the one program in C's company: containers always have a seccomp
# profile, which needs libseccomp.
build_runc() {
  [ ! -x "$NODE_BIN/runc" ] || return 0
  has pkg-config || apt_install "runc needs pkg-config" pkg-config
  has cc || apt_install "runc needs a C compiler" gcc libc6-dev
  pkg-config --exists libseccomp || apt_install "runc needs libseccomp's headers" libseccomp-dev
  BUILD_TAGS=(-tags seccomp)
  CGO_ENABLED=1 go_programs runc cri "$NODE_BIN" github.com/opencontainers/runc
  BUILD_TAGS=()
}

# build_images: the three images that every cluster needs, from scratch.
build_images() {
  local name user
  mkdir -p "$NODE_IMAGES"
  (cd "$CLUSTER_DIR/../image" && go build -o "$NODE_BUILD/mkimage" .) || die "could not build hack/image"
  for name in pause dns metrics-server; do
    case $name in pause) user=65535:65535 ;; dns) user=0:0 ;; *) user=1000:1000 ;; esac
    [ -s "$NODE_IMAGES/$name.tar" ] || "$NODE_BUILD/mkimage" -o "$NODE_IMAGES/$name.tar" \
      -t "localhost/$name:1" --user $user --layer "$NODE_BUILD/program/$name=/$name" --entrypoint "/$name" >&2
  done
}

kubernetes() { local c=$1; go_programs "$c" k8s "$NODE_BIN" "k8s.io/kubernetes/cmd/$c"; }

build_envtest() {
  go_programs etcd k8s "$NODE_BIN" go.etcd.io/etcd/server/v3
  kubernetes kube-apiserver
  touch "$NODE_BUILD/envtest.ready"
}

build_kubectl() { kubernetes kubectl && touch "$NODE_BUILD/kubectl.ready"; }

build_metrics() {
  go_programs "cluster add-ons" k8s "$NODE_BUILD/program" ./cmd/dns ./cmd/pause \
    sigs.k8s.io/metrics-server/cmd/metrics-server
  [ -e "$NODE_BUILD/metrics.ready" ] || step images build_images
  touch "$NODE_BUILD/metrics.ready"
}

build_all() {
  local containerd=github.com/containerd/containerd/v2/cmd cni=github.com/containernetworking/plugins/plugins
  build_envtest
  build_kubectl
  kubernetes kube-controller-manager
  kubernetes kube-scheduler
  kubernetes kubelet
  kubernetes kube-proxy
  build_metrics
  go_programs containerd cri "$NODE_BIN" $containerd/containerd $containerd/containerd-shim-runc-v2 $containerd/ctr
  go_programs "network plugins" cri "$NODE_BIN/cni" $cni/main/ptp $cni/ipam/host-local $cni/meta/portmap
  build_runc
  touch "$NODE_BUILD/all.ready"
}

# node_build envtest|kubectl|metrics|all: makes what is missing. Of two callers
# the second waits, shows how far the first is, and goes on as soon as what it
# wants is there.
node_build() {
  local what=$1
  case $what in envtest | kubectl | metrics | all) ;; *) die "build: want envtest or all, not '$what'" ;; esac
  mkdir -p "$NODE_BUILD/log"
  [ ! -e "$NODE_BUILD/$what.ready" ] || return 0
  local lock begin
  exec {lock}>"$NODE_BUILD/lock"
  if wait_for_lock "$lock" "$what"; then
    trap stop_step EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    begin=$SECONDS
    # Go's scratch space, here so that what a killed build left is found and removed.
    export GOTMPDIR=$NODE_BUILD/tmp
    rm -rf "$GOTMPDIR"
    mkdir -p "$GOTMPDIR"
    [ "$what" != all ] || say "programs of the node: into $NODE_BIN (the first time takes 15 to 25 minutes on 2 cores)"
    "build_$what"
    step_table "$begin"
    rm -rf "$NODE_BUILD/progress" "$GOTMPDIR"
    unset GOTMPDIR
    [ "$what" != all ] || prune_builds
    trap - EXIT INT TERM HUP
  fi
  # What is started later must not inherit the lock: the node would hold it.
  exec {lock}>&-
}

# wait_for_lock FD WHAT: true with the lock held, false if WHAT got ready meanwhile.
wait_for_lock() {
  local next=$SECONDS
  until flock -w 1 "$1"; do
    [ ! -e "$NODE_BUILD/$2.ready" ] || return 1
    if [ "$SECONDS" -ge "$next" ]; then
      say "waiting for the build in another process: $(cat "$NODE_BUILD/progress" 2>/dev/null || echo starting)"
      next=$((SECONDS + PROGRESS_EVERY))
    fi
  done
  [ ! -e "$NODE_BUILD/$2.ready" ]
}

# prune_builds deletes builds of other versions that nobody used for two weeks.
prune_builds() {
  local old
  touch "$NODE_BUILD"
  while read -r old; do
    flock -n "$old/lock" true 2>/dev/null || continue
    say "delete old build $old"
    rm -rf "$old"
  done < <(find "$CLUSTER_CACHE/node" -mindepth 2 -maxdepth 2 -name lock -printf '%h\n' |
    grep -vxF "$NODE_BUILD" | xargs -r -I{} find {} -maxdepth 0 -mtime +14)
}
