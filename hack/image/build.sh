#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# build.sh [operator] [reranker]: builds the static programs and packs them into
# images from scratch, dist/NAME.tar, without Docker. Without arguments: both.
#
#   TAG      tag of the images (default dev)
#   VERSION  version that the programs report (default: git describe)
#   ARCH     amd64 or arm64 (default: this machine's)
#   OCI      also write an OCI layout to $OCI/NAME
#
# The same commit with the same VERSION and Go gives the same digests.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

export GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=0
ARCH=${ARCH:-$(go env GOARCH)}
TAG=${TAG:-dev}
VERSION=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo dev)}
MODEL=all-MiniLM-L6-v2
programs=bin/linux-$ARCH

die() {
  printf 'build.sh: %s\n' "$1" >&2
  exit 1
}

# program NAME: a static program for Linux, whatever this machine is.
program() {
  mkdir -p "$programs"
  GOOS=linux GOARCH=$ARCH go build -ldflags "-s -w -X main.version=$VERSION" -o "$programs/$1" "./cmd/$1"
}

# image NAME [LAYER...]: the layers, and the program as the uppermost. A node that
# has the lower ones unpacks only the program when that is all that changed.
image() {
  local name=$1 layer arguments=()
  shift
  for layer; do arguments+=(--layer "$layer"); done
  [ -z "${OCI:-}" ] || arguments+=(--oci "$OCI/$name")
  bin/mkimage -o "dist/$name.tar" -t "localhost/quantumrerank/$name:$TAG" --arch "$ARCH" \
    "${arguments[@]}" --layer "$programs/$name=/$name" --entrypoint "/$name" \
    --label "org.opencontainers.image.title=quantumrerank-$name" \
    --label "org.opencontainers.image.version=$VERSION" \
    --label "org.opencontainers.image.licenses=Apache-2.0"
}

operator() {
  program operator
  image operator
}

reranker() {
  [ -f "bin/models/$MODEL/model.safetensors" ] || die "no model in bin/models/$MODEL: run \`make model\` first"
  program reranker
  image reranker "bin/models/$MODEL=/models/$MODEL"
}

[ $# -gt 0 ] || set -- operator reranker
for name; do
  case $name in operator | reranker) ;; *) die "unknown image '$name': want operator or reranker" ;; esac
done
GOWORK=off go build -C hack/image -mod=readonly -o "$PWD/bin/mkimage" .
for name; do "$name"; done
