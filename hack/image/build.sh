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
#   WEIGHTS  prepared (default): the reranker has the weights in the form in which
#            they are used, in 16-bit integers; all: model.safetensors, too, which
#            float32 needs and which makes the image two and a half times as large
#
# The same commit with the same VERSION and Go gives the same digests, for the
# reranker on processors of one kind: the table of static embeddings is computed
# here, and vector instructions round differently.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

export GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=0
ARCH=${ARCH:-$(go env GOARCH)}
TAG=${TAG:-dev}
WEIGHTS=${WEIGHTS:-prepared}
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

# model: the specification of a layer with the files of the model.
model() {
  local dir=bin/models/$MODEL name spec=""
  for name in config.json modules.json sentence_bert_config.json tokenizer.json 1_Pooling/config.json prepared.bin static.bin; do
    spec+="${spec:+,}$dir/$name=/models/$MODEL/$name"
  done
  [ "$WEIGHTS" = prepared ] || spec+=",$dir/model.safetensors=/models/$MODEL/model.safetensors"
  printf '%s\n' "$spec"
}

reranker() {
  [ -f "bin/models/$MODEL/model.safetensors" ] || die "no model in bin/models/$MODEL: run \`make model\` first"
  # Both do nothing where what is there fits the program.
  go build -ldflags "-s -w -X main.version=$VERSION" -o bin/reranker ./cmd/reranker
  bin/reranker model prepare "bin/models/$MODEL"
  bin/reranker model distill "bin/models/$MODEL"
  program reranker
  image reranker "$(model)"
}

case $WEIGHTS in prepared | all) ;; *) die "WEIGHTS is '$WEIGHTS': want prepared or all" ;; esac
[ $# -gt 0 ] || set -- operator reranker
for name; do
  case $name in operator | reranker) ;; *) die "unknown image '$name': want operator or reranker" ;; esac
done
GOWORK=off go build -C hack/image -mod=readonly -o "$PWD/bin/mkimage" .
for name; do "$name"; done
