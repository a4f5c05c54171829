#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Draws docs/images/dashboard.png: a real server under a load that rises beyond
# what it can do, a real Prometheus, and every panel of the dashboard by its own
# queries. Everything stays on the loopback and ends after two minutes.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.."

venv=bin/picture-venv
if [[ ! -x $venv/bin/python ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r test/monitoring/picture/requirements.txt
fi

work=$(mktemp -d)
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# free prints a free port of the loopback.
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
api=127.0.0.1:$(free) metrics=127.0.0.1:$(free) prometheus=127.0.0.1:$(free)

bin/reranker serve --model bin/models/all-MiniLM-L6-v2 --address "$api" --metrics-address "$metrics" \
  --memory-limit 1Gi --drain-delay 0s --log-level warn 2>"$work/server.log" &
started+=($!)
cat >"$work/prometheus.yaml" <<EOF
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: rag/search-reranker
    static_configs:
      - targets: ["$metrics"]
        labels: {namespace: rag, quantumrerank_io_reranker: search, pod: search-1}
EOF
bin/prometheus --config.file "$work/prometheus.yaml" --storage.tsdb.path "$work/data" \
  --web.listen-address "$prometheus" --log.level error &
started+=($!)

begin=$SECONDS
load() { bin/reranker bench --url "http://$api" --wait 30s --max-p95 -1ms --max-errors -1 --max-sheds -1 "$@" >/dev/null || true; }
say() { printf '%3d s  %s\n' "$((SECONDS - begin))" "$*"; }
ask() { curl -s -o "$work/answer" "http://$api$1" -H 'Content-Type: application/json' "${@:2}" || true; }

say "some requests, most of the documents seen before"
load --rate 8 --duration 30s --documents 10:70,50:30 --repeat 0.8
say "beyond what the server can do"
for _ in $(seq 40); do
  ask /v1/similarity -d '{"text_1": "fresh bread", "text_2": ["a loaf in a cloth", "a bicycle"]}'
  ask /v1/rerank -d '{"query": "", "documents": ["a"]}'
  ask /v1/rerank -H 'X-Rerank-Degradation: Never' -H 'Request-Timeout-Ms: 100' \
    -d "{\"query\": \"bread\", \"documents\": [\"loaf $RANDOM\", \"bicycle $RANDOM\"]}"
  ask /v2/rerank -d '{"model": "m", "query": "bread", "documents": ["a loaf", "a bicycle"]}'
done &
started+=($!)
load --rate 40 --duration 30s --documents 20:70,100:30 --repeat 0.1
say "calm again"
load --rate 5 --duration 20s --documents 10:100 --repeat 0.9
say "drawing"
"$venv/bin/python" test/monitoring/picture/draw.py charts/quantumrerank/files/monitoring/dashboard.json \
  "http://$prometheus" "$((SECONDS - begin))" docs/images/dashboard.png
