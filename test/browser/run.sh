#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Tries the page at "/" in headless Chromium against the server with the real
# model. Needs Chromium (or CHROMIUM=/path/to/it), npm for axe, which judges
# whether everybody can use the page, and `make model`. SCREENSHOTS=DIR keeps
# pictures. Arguments go to go test.
set -euo pipefail
# shellcheck source=test/conformance/lib.sh
source "$(dirname "$0")/../conformance/lib.sh"

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome chrome; do
  if [[ -n $name ]] && browser=$(command -v "$name"); then break; fi
done
if [[ -z ${browser:-} ]]; then
  echo "the page was NOT tried: there is no browser; install chromium (Debian: apt-get install chromium)" >&2
  exit 1
fi
axe=$work/axe/node_modules/axe-core/axe.min.js
if [[ ! -f $axe ]]; then
  npm install --silent --no-audit --no-fund --no-package-lock --prefix "$work/axe" axe-core@4.14.1
fi

serve
BASE=$base
key=a-key-for-the-test-0123456789
mkdir -p "$work/keys" && printf %s "$key" > "$work/keys/browser"
serve --api-keys "$work/keys"
export BASE KEYED_BASE=$base KEY=$key CHROMIUM=$browser AXE=$axe
cd "$(dirname "${BASH_SOURCE[0]}")"
GOWORK=off CGO_ENABLED=0 go test -count=1 -timeout 5m "$@" .
