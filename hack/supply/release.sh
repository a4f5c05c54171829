#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# release.sh: everything that a release consists of, in dist/release: both
# programs and images for both processors, the joined image layouts, the chart,
# the CRD, an SBOM of each program, digests, and a provenance statement about all
# of it. It publishes and signs nothing; RELEASE.md says how to go on.
#
#   VERSION   the version, such as 0.2.0 (default: git describe)
set -euo pipefail
cd "$(dirname "$0")/../.."

export GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=0
VERSION=${VERSION:-$(git describe --tags --always --dirty)}
export VERSION TAG=$VERSION
out=dist/release
rm -rf "$out"
mkdir -p "$out"

for arch in amd64 arm64; do
  ARCH=$arch OCI=$out/oci-$arch hack/image/build.sh
  for name in operator reranker; do
    mv "dist/$name.tar" "$out/$name-linux-$arch.tar"
    cp "bin/linux-$arch/$name" "$out/$name-linux-$arch"
  done
done
for name in operator reranker; do
  go run ./hack/supply index -o "$out/oci-$name" "$out/oci-amd64/$name" "$out/oci-arm64/$name"
  tar -C "$out/oci-$name" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$out/$name-oci.tar" .
  bin/cyclonedx-gomod app -json -licenses -main "cmd/$name" -output "$out/$name.cdx.json" .
done
rm -rf "$out"/oci-*
bin/helm package charts/quantumrerank --destination "$out" >/dev/null
cp config/crd/bases/*.yaml "$out/"
go run ./hack/supply provenance -commit "$(git rev-parse HEAD)" "$out"/* >"$out/provenance.intoto.json"
(cd "$out" && sha256sum -- * >SHA256SUMS)
ls -l "$out"
