# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts here share. Everything that they install lies in a cache
# outside of the project, CONFORMANCE_CACHE; remove that to start anew.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit # a failure inside of $(...) is one

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${CONFORMANCE_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/quantumrerank/conformance}
mkdir -p "$work"
servers=()
trap 'stop_servers' EXIT

# fast_pip prints a uv: one that is installed, else one of our own. uv takes
# seconds for what takes pip minutes.
fast_pip() {
  if command -v uv; then return; fi
  if [[ ! -x $work/uv/bin/uv ]]; then
    python3 -m venv --clear "$work/uv"
    "$work/uv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9 >&2
  fi
  echo "$work/uv/bin/uv"
}

# install NAME makes a virtual environment with requirements-NAME.txt and prints
# its directory. It does nothing when that is there already. The files are frozen
# (uv pip freeze), so that nothing is resolved anew.
install() {
  local name=$1 from=$SECONDS uv
  if ! cmp -s "$here/requirements-$name.txt" "$work/$name/installed.txt"; then
    echo "installing requirements-$name.txt into $work/$name ..." >&2
    uv=$(fast_pip)
    rm -rf "${work:?}/$name"
    "$uv" venv --quiet --python "$(command -v python3)" "$work/$name"
    UV_CACHE_DIR=$work/uv-cache "$uv" pip install --quiet --no-deps --python "$work/$name" -r "$here/requirements-$name.txt" >&2
    cp "$here/requirements-$name.txt" "$work/$name/installed.txt"
    echo "installed in $((SECONDS - from)) s" >&2
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
