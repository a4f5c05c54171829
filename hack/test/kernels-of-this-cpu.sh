#!/usr/bin/env bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Prints the kernel sets that this machine's processor must select, as the operating
# system tells it and not as our own detection does, for
# KERNEL_TEST_REQUIRE: a test fails when one of them was not exercised.
set -euo pipefail

flags=" $(grep -m 1 -E '^(flags|Features)' /proc/cpuinfo 2>/dev/null || true) "
has() { [[ $flags == *" $1 "* ]]; }

sets=()
if has avx2 && has fma; then sets+=(avx2); fi
if has avx2 && has fma && has avx_vnni; then sets+=(avxvnni); fi
if has avx512f && has avx512bw && has avx512vl && has avx512_vnni; then sets+=(avx512vnni); fi
if has asimd; then sets+=(neon); fi
if has asimd && has asimddp; then sets+=(neondot); fi
if has asimd && has i8mm; then sets+=(neoni8mm); fi
if has amx_tile && has amx_int8 && has avx512bw; then sets+=(amx); fi
(
  IFS=,
  echo "${sets[*]:-}"
)
