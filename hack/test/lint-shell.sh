#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
# Runs shellcheck over every shell script of the project.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v shellcheck >/dev/null; then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends shellcheck >/dev/null
  else
    echo "lint-shell: shellcheck is not installed (Debian: apt-get install shellcheck)" >&2
    exit 1
  fi
fi
# Only files that still exist: a deleted file stays in the index until the commit.
git ls-files --cached --others --exclude-standard -z | while IFS= read -r -d '' file; do
  if [[ -f $file ]] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh\b'; then
    printf '%s\0' "$file"
  fi
done | sort -zu | xargs -0 shellcheck -x
