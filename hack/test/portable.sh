#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# portable.sh arm64|purego: the engine's tests, most with the small models of testdata:
# with NEON, under emulation of arm64 (needs qemu-aarch64-static or qemu-aarch64;
# Debian's package is qemu-user-static), or without assembly on this machine, with the
# build tag purego.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=0

# Most of what the packages' own tests need the default model for is left out: plain
# Go is fifty times slower, and emulated still more so.
small='TokenStates|Prepar|Damaged|Static|Distill|ATable|CrossEncoder|BiEncoder|Divide|Unseal|Auto|Int8|Notes'
numbers=(./reranker/engine/kernel ./reranker/engine/sealed ./reranker/engine/static ./reranker/engine/model/safetensors)

check() {
  go test "$@" "${numbers[@]}"
  go test "$@" -run "$small" ./reranker/engine
  go test "$@" -run 'Parse|Vocabulary|Pair|Trie' ./reranker/engine/tokenizer
}

case ${1:-} in
  arm64)
    if ! qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64); then
      echo "portable.sh: arm64 needs qemu-aarch64-static (package qemu-user-static)" >&2
      exit 1
    fi
    export GOARCH=arm64
    # An emulated CPU with everything has all sets; one without must do with less.
    KERNEL_TEST_REQUIRE=neoni8mm,neondot,neon,generic check -short -exec "$qemu -cpu max"
    go test -exec "$qemu -cpu max" ./reranker/engine/speed
    KERNEL_TEST_REQUIRE=neon go test -run Available -exec "$qemu -cpu cortex-a53" ./reranker/engine/kernel
    go vet ./cmd/... ./reranker/engine/...
    go vet -tags purego ./reranker/engine/kernel/...
    ;;
  purego) check -tags purego ;;
  *)
    echo "portable.sh: want arm64 or purego" >&2
    exit 2
    ;;
esac
