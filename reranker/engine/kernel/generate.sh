#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Writes the assembly of the kernels from the generators in _asm. With --check
# it writes nothing and fails if the files in the repository differ from what
# the generators write.
set -euo pipefail
cd "$(dirname "$0")"

out=$PWD
if [[ ${1:-} == --check ]]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
  mkdir "$out/avx2" "$out/avx512" "$out/avxvnni"
fi

(cd _asm && go run . "$out")

if [[ ${1:-} == --check ]]; then
  status=0
  for set in avx2 avx512 avxvnni; do
    for file in "$out/$set"/*_amd64.{go,s}; do
      cmp "$file" "$set/$(basename "$file")" || status=1
    done
    # A file that no generator writes any more would still be linked in.
    for file in "$set"/*_amd64.{go,s}; do
      [[ -e $out/$file ]] || { echo "$file is not written by any generator" >&2; status=1; }
    done
  done
  if ((status)); then
    echo "run reranker/engine/kernel/generate.sh and commit what it writes" >&2
  fi
  exit "$status"
fi
