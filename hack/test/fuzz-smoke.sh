#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target of the module for FUZZ_SECONDS seconds (default 5).
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${FUZZ_SECONDS:-5}
count=0
while read -r package target; do
  echo "==> $package $target (${seconds}s)"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package"
  count=$((count + 1))
done < <(grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do
  grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | sed "s|^func |./$(dirname "${file#./}") |"
done | sort -u)
echo "$count fuzz targets"
((count > 0))
