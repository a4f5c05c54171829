#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# fetch.sh [--golden]: fetches the models of known.py with Maven and converts them
# into bin/models, where TestOtherModelsEqualTheReference finds them. With --golden
# it writes the golden files of that test, too. Needs mvn and python3.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.."

work=bin/parity
mkdir -p "$work"
if [[ ! -x $work/venv/bin/python ]]; then
  python3 -m venv "$work/venv"
fi
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r test/parity/models/requirements.txt

names=$(cd test/parity/models && python3 -c 'import known; print(*known.MODELS)')
for name in $names; do
  artifact=$(cd test/parity/models && python3 -c "import known; print(known.MODELS['$name']['artifact'])")
  IFS=: read -r _ id version <<<"$artifact"
  jar=$work/$id-$version.jar
  if [[ ! -f $jar ]]; then
    echo "Fetching $artifact"
    mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
      -Dartifact="$artifact:jar" -DoutputDirectory="$PWD/$work"
  fi
  if [[ ! -f bin/models/$name/model.safetensors ]]; then
    echo "Converting $name"
    "$work/venv/bin/python" test/parity/models/convert.py "$name" "$jar" "bin/models/$name"
  fi
  if [[ ${1:-} == --golden ]]; then
    "$work/venv/bin/python" test/parity/models/make_golden.py "$name" "$jar" "bin/models/$name" reranker/engine/testdata/models
  fi
done
