#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs other people's client libraries against our server with the real model.
# Needs python3 with venv, the Go toolchain and `make model`; the JavaScript
# clients run where node and npm are. Arguments are the names of single Python
# tests.
set -euo pipefail
# shellcheck source=test/conformance/lib.sh
source "$(dirname "$0")/lib.sh"

venv=$(install clients)
# shellcheck disable=SC2119 # no flags beyond the usual
serve
timeout 300 "$venv/bin/python" "$here/clients.py" "$base" "$@"

if [[ $# -gt 0 ]]; then exit; fi
if ! command -v npm > /dev/null; then echo "skipped the JavaScript clients: there is no npm"; exit; fi
if ! cmp -s "$here/package.json" "$work/node/package.json"; then
  echo "installing package.json below bin/conformance ..." >&2
  rm -rf "$work/node" && mkdir -p "$work/node"
  cp "$here/package.json" "$work/node/"
  (cd "$work/node" && npm install --silent --no-audit --no-fund --no-package-lock) ||
    { rm -rf "$work/node"; exit 1; }
fi
cd "$work/node"
timeout 120 node "$here/clients.mjs" "$base"
