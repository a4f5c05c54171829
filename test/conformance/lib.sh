# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What clients.sh and schema.sh share. Everything that they install lies below
# bin/conformance; remove that to start anew.
# shellcheck shell=bash
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/bin/conformance
mkdir -p "$work"
servers=()
trap 'stop_servers' EXIT

# install NAME makes a virtual environment with requirements-NAME.txt and prints
# its directory. It does nothing when that is there already.
install() {
  local name=$1
  mkdir -p "$work"
  if ! cmp -s "$here/requirements-$name.txt" "$work/$name/installed.txt"; then
    echo "installing requirements-$name.txt below bin/conformance ..." >&2
    python3 -m venv --clear "$work/$name"
    "$work/$name/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements-$name.txt" >&2
    cp "$here/requirements-$name.txt" "$work/$name/installed.txt"
  fi
  echo "$work/$name"
}

stop_servers() {
  local pid
  for pid in "${servers[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || true
  done
}

# serve FLAG... builds the server, starts it with the real model on ports that the
# kernel chooses, waits until it is ready and sets base. Servers end with the
# script; the log of the latest is $log.
serve() {
  local pid model=${RERANK_MODEL:-$root/bin/models/all-MiniLM-L6-v2}
  [[ -f $model/model.safetensors ]] || { echo "no model in $model: run 'make model' first" >&2; exit 1; }
  log=$work/server-${#servers[@]}.log
  : > "$log" # a log of an earlier run would say that this server is ready
  (cd "$root" && CGO_ENABLED=0 go build -o "$work/reranker" ./cmd/reranker)
  "$work/reranker" serve --model "$model" --address 127.0.0.1:0 --metrics-address 127.0.0.1:0 \
    --drain-delay 0s --degradation Never "$@" 2> "$log" &
  pid=$!
  servers+=("$pid")
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || { cat "$log" >&2; exit 1; }
    if grep -q '"msg":"Became ready"' "$log"; then
      # shellcheck disable=SC2034 # for the scripts that source this
      base=http://$(sed -n 's/.*"msg":"Listened","address":"\([^"]*\)".*/\1/p' "$log")
      return
    fi
    sleep 0.1
  done
  echo "the server did not become ready within 30 s" >&2
  exit 1
}
