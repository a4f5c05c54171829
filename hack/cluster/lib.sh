# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What all parts of hack/cluster share: names, places, messages, packages.
# Messages go to standard error, so that standard output carries only answers.

CLUSTER_DIR=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
CLUSTER_NAME=${CLUSTER_NAME:-qr}
CLUSTER_CACHE=${CLUSTER_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/quantumrerank}

say() { printf '[%(%H:%M:%S)T] %s\n' -1 "$*" >&2; }
note() { printf '           %s\n' "$@" >&2; }
die() {
  printf 'cluster: %s\n' "$1" >&2
  shift
  [ $# = 0 ] || printf '         %s\n' "$@" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# duration SECONDS: 75 becomes 1m15s.
duration() {
  if [ "$1" -lt 60 ]; then echo "${1}s"; else printf '%dm%02ds\n' $(($1 / 60)) $(($1 % 60)); fi
}

check_names() {
  # The name becomes a network interface (15 letters at most) and a cgroup.
  [[ $CLUSTER_NAME =~ ^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$ ]] ||
    die "CLUSTER_NAME '$CLUSTER_NAME': want 1 to 12 letters a-z, digits and '-', a letter first"
  [[ $CLUSTER_CACHE =~ ^/[A-Za-z0-9._/@+-]+$ ]] ||
    die "cache directory '$CLUSTER_CACHE': want an absolute path of plain letters" \
      "set CLUSTER_CACHE_DIR to another one"
}

# apt_install COMMENT PACKAGE...: installs Debian packages if that is possible
# here, and otherwise says what a person should install.
apt_install() {
  local why=$1
  shift
  if [ "$(id -u)" != 0 ] || ! has apt-get; then
    die "$why: install the package(s) $*" \
      "Debian, Ubuntu:  sudo apt-get install $*" \
      "elsewhere, the packages that hold the same (Fedora: libseccomp-devel, nftables, iproute, pkgconf)"
  fi
  say "install $* ($why)"
  local log=$CLUSTER_CACHE/apt.log
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >"$log" 2>&1 || { tail -n 5 "$log" >&2; die "could not install $*: see $log"; }
}

# go_settings: the same flags for every module and every program. Packages that
# are compiled with other flags are compiled a second time, which costs minutes.
go_settings() {
  has go || die "Go is not installed: the cluster is built with it (see go.mod for the version)"
  export GOFLAGS="-buildvcs=false -mod=readonly -trimpath" CGO_ENABLED=0 GOWORK=off
}

# tool NAME PACKAGE: path of a tool of tools/go.mod, built once per version.
tool() {
  local dir
  dir=$CLUSTER_CACHE/tools/$(cat "$CLUSTER_DIR/tools/go.mod" "$CLUSTER_DIR/tools/go.sum" | sha256sum | cut -c1-16)
  if [ ! -x "$dir/$1" ]; then
    say "build $1"
    mkdir -p "$dir"
    (go_settings && cd "$CLUSTER_DIR/tools" && go build -o "$dir/.$1.$$" "$2" >&2) ||
      die "could not build $1 from hack/cluster/tools"
    mv "$dir/.$1.$$" "$dir/$1"
  fi
  echo "$dir/$1"
}

# check_archives TAR...: refuses what cannot be an image before a loader does so
# in words that nobody understands.
check_archives() {
  local tar
  [ $# -gt 0 ] || die "load-image: name at least one image archive (TAR)"
  for tar; do
    [ -f "$tar" ] || die "load-image: no file '$tar'" "make images   # makes dist/*.tar"
    tar -tf "$tar" 2>/dev/null | grep -qxE 'manifest\.json|index\.json' ||
      die "load-image: '$tar' is not an image archive (it has neither manifest.json nor index.json)"
  done
}
