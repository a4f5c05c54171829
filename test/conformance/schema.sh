#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Has schemathesis make requests from openapi.json and holds every answer to it:
# no server error, no undocumented status, content type or header, no body that
# breaks its schema. Two of its checks do not apply: "positive data acceptance",
# because top_k <= number of documents and the like cannot be said in a schema,
# and "negative data rejection", because unknown headers are legal in HTTP. Which
# bodies are legal is tested more sharply by rules_test.go. Arguments go to
# schemathesis.
set -euo pipefail
# shellcheck source=test/conformance/lib.sh
source "$(dirname "$0")/lib.sh"

venv=$(install schema)
# shellcheck disable=SC2119 # no flags beyond the usual
serve
cd "$work"
# The generator asks for an answer within a millisecond; 504 is the right one.
cat > schemathesis.toml <<'TOML'
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "504"]
TOML
timeout 500 "$venv/bin/schemathesis" run "$root/reranker/server/openapi/openapi.json" --url "$base" \
  --phases examples,coverage,fuzzing --generation-deterministic --max-examples "${MAX_EXAMPLES:-10}" \
  --suppress-health-check too_slow --checks all --exclude-checks positive_data_acceptance,negative_data_rejection "$@"
if grep -q '"level":"ERROR"' "$log"; then
  echo "the server logged errors:" >&2
  cat "$log" >&2
  exit 1
fi
