#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs other people's client libraries against our server with the real model,
# each in every cell of matrix.py: normal, top_n beyond the list, a blank
# document, Unicode, objects for documents, a refused request, 429 with
# Retry-After, a key. Four isolated Python environments with pinned versions and
# one of Node; see lib.sh for where they lie. Needs python3 with venv, the Go
# toolchain and `make model`; the JavaScript clients run where node and npm are.
# Arguments are parts of Python clients' names.
set -euo pipefail
# shellcheck source=test/conformance/lib.sh
source "$(dirname "$0")/lib.sh"

key=tok-for-the-matrix-0123456789 # as in matrix.py
rm -rf "$work/keys" && mkdir "$work/keys" && printf %s "$key" > "$work/keys/matrix"
# shellcheck disable=SC2119 # no flags beyond the usual
serve
open=$base
serve --api-keys "$work/keys"
export KEYED_BASE=$base PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore

# An environment without a client of the name that was asked for is no failure.
table=$work/matrix.txt
: > "$table"
code=0
for name in vendors frameworks llamaindex gateways; do
  venv=$(install "$name")
  from=$SECONDS
  timeout 300 "$venv/bin/python" "$here/clients/$name.py" "$open" "$@" 2> "$work/$name.log" | tee -a "$table" || {
    code=1
    grep -A 60 '^FAIL' "$work/$name.log" >&2 || tail -n 20 "$work/$name.log" >&2
  }
  echo "$name took $((SECONDS - from)) s"
done
if [[ $# -gt 0 ]]; then exit "$code"; fi
venv=$(install vendors)
timeout 300 "$venv/bin/python" "$here/clients.py" "$open" || code=1

if ! command -v npm > /dev/null; then echo "NOT run, the JavaScript clients: there is no npm"; exit "$code"; fi
if ! cmp -s "$here/package.json" "$work/node/package.json"; then
  echo "installing package.json into $work/node ..." >&2
  rm -rf "$work/node" && mkdir -p "$work/node"
  cp "$here/package.json" "$work/node/"
  (cd "$work/node" && npm install --silent --no-audit --no-fund --no-package-lock) ||
    { rm -rf "$work/node"; exit 1; }
fi
cd "$work/node"
timeout 120 node "$here/clients.mjs" "$open" || code=1
exit "$code"
