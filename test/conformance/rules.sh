#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Generates COUNT bodies (100,000) and compares our verdict on each with that of
# the API's rules in pydantic.
set -euo pipefail
# shellcheck source=test/conformance/lib.sh
source "$(dirname "$0")/lib.sh"

venv=$(install rules)
bodies=$work/rules.jsonl.gz
"$venv/bin/python" "$here/reference_rules.py" --count "${COUNT:-100000}" --seed "${SEED:-7}" --out "$bodies"
cd "$root"
RERANK_RULES=$bodies CGO_ENABLED=0 go test -count=1 -timeout 20m -v -run Rules ./test/conformance
