#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs other people's client libraries against our server with the real model.
# Needs python3 with venv, the Go toolchain and `make model`. Everything that it
# installs lies below bin/conformance; remove that to start anew.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/bin/conformance
model=${RERANK_MODEL:-$root/bin/models/all-MiniLM-L6-v2}
[[ -f $model/model.safetensors ]] || { echo "no model in $model: run 'make model' first" >&2; exit 1; }

mkdir -p "$work"
if ! cmp -s "$root/test/conformance/requirements-clients.txt" "$work/installed.txt"; then
  echo "installing client libraries below ${work#"$root"/} ..."
  python3 -m venv --clear "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$root/test/conformance/requirements-clients.txt"
  cp "$root/test/conformance/requirements-clients.txt" "$work/installed.txt"
fi
(cd "$root" && CGO_ENABLED=0 go build -o "$work/reranker" ./cmd/reranker)

# Ports of our own choice would collide; the kernel knows free ones.
read -r port metrics < <(python3 - <<'PY'
import socket
a, b = socket.socket(), socket.socket()
a.bind(("127.0.0.1", 0)), b.bind(("127.0.0.1", 0))
print(a.getsockname()[1], b.getsockname()[1])
PY
)
"$work/reranker" serve --model "$model" --address "127.0.0.1:$port" --metrics-address "127.0.0.1:$metrics" \
  --drain-delay 0s --degradation Never --log-level warn 2> "$work/server.log" &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server || true' EXIT

for _ in $(seq 300); do
  if ! kill -0 $server 2>/dev/null; then cat "$work/server.log" >&2; exit 1; fi
  if python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/health/ready')" 2>/dev/null; then break; fi
  sleep 0.1
done
timeout 300 "$work/venv/bin/python" "$root/test/conformance/clients.py" "http://127.0.0.1:$port" "$@"
