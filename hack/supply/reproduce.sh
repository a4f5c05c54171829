#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Builds both programs of the committed tree twice, in two directories of
# different names, the second time with an empty build cache, and compares
# digests. The empty cache makes it take long: everything is compiled again.
#
#   SHARED_CACHE=1   use the build cache the second time too (quicker, weaker:
#                    it shows that the directory does not matter)
#   IMAGES=1         compare the images as well (needs `make model`)
set -euo pipefail
cd "$(dirname "$0")/../.."

export GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=0 VERSION=${VERSION:-reproduced}
root=$PWD
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT

# build NAME: a clone of the commit in a directory of that name, built; prints
# the digests.
build() {
  git clone -q --no-hardlinks "$root" "$scratch/$1"
  cd "$scratch/$1"
  for program in operator reranker; do
    GOOS=linux go build -ldflags "-s -w -X main.version=$VERSION" -o "bin/$program" "./cmd/$program"
  done
  if [[ -n ${IMAGES:-} ]]; then
    mkdir -p bin/models
    cp -r "$root/bin/models/." bin/models/
    hack/image/build.sh >/dev/null
  fi
  mkdir -p dist
  find bin dist -maxdepth 1 \( -name operator -o -name reranker -o -name '*.tar' \) -type f -exec sha256sum {} + | sort -k2
}

first=$(build one)
[[ -n ${SHARED_CACHE:-} ]] || export GOCACHE=$scratch/cache
second=$(build another-directory)
printf '%s\n' "$first"
if [[ $first != "$second" ]]; then
  echo "reproduce: the second build differs:" >&2
  diff <(echo "$first") <(echo "$second") >&2 || true
  exit 1
fi
echo "Both builds have the same digests."
