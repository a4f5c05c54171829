#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [FLAGS of reranker bench targets]: starts a server on free ports of this
# machine, with a key, checks the promised targets on it, and fails with a table
# that says which one was missed. Memory is the process's own high-water mark, as
# the kernel counts it.
#
#   RERANKER   the program (default bin/reranker)
#   MODEL_DIR  the model (default bin/models/all-MiniLM-L6-v2)
#   OUT        folder of report.json, report.html, server.log (default dist/performance)
#   MEMORY_MB  the target of memory in MiB (default 2048)
set -euo pipefail
cd "$(dirname "$0")/../.."

reranker=${RERANKER:-bin/reranker}
model=${MODEL_DIR:-bin/models/all-MiniLM-L6-v2}
out=${OUT:-dist/performance}
limit=${MEMORY_MB:-2048}
mkdir -p "$out"
scratch=$(mktemp -d)
server=""

cleanup() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# start_server sets server and url.
start_server() {
  mkdir "$scratch/keys"
  head -c 24 /dev/urandom | base64 | tr -d '\n' >"$scratch/keys/performance"
  "$reranker" serve --model "$model" --address 127.0.0.1:0 --metrics-address 127.0.0.1:0 \
    --api-keys "$scratch/keys" --drain-delay 0s 2>"$out/server.log" &
  server=$!
  for _ in {1..600}; do
    if grep -q '"Became ready"' "$out/server.log"; then
      url=http://$(sed -n 's/.*"Listened".*"address":"\([^"]*\)".*/\1/p' "$out/server.log")
      return
    fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "performance: the server did not become ready; its log:" >&2
  cat "$out/server.log" >&2
  exit 1
}

# check_peak judges the most memory that the process ever had.
check_peak() {
  local peak
  peak=$(awk '/^VmHWM:/ {print int($2 / 1024)}' "/proc/$server/status")
  if [[ -n $peak ]] && ((peak < limit)); then
    printf 'ok      peak of resident memory    < %d MiB  %d MiB\n' "$limit" "$peak"
  else
    printf 'MISSED  peak of resident memory    < %d MiB  %s MiB\n' "$limit" "${peak:-unknown}"
    return 1
  fi
}

main() {
  local code=0
  start_server
  "$reranker" bench targets --url "$url" --key-file "$scratch/keys/performance" --memory "$limit" \
    --json "$out/report.json" --html "$out/report.html" "$@" || code=$?
  check_peak || code=1
  printf 'Report: %s\n' "$out/report.html"
  return "$code"
}

main "$@"
