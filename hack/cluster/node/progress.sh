# shellcheck shell=bash
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs the steps of the build one after another and shows how far each one is:
# a line when it begins and when it ends, and one at least every 15 seconds.

PROGRESS_EVERY=10
PROGRESS_CHILD=     # the step that runs now
STEP_TABLE=()       # "name<tab>time" of every step

# progress_line TEXT: prints it, and leaves it for callers that wait for this
# build in another process.
progress_line() {
  say "$1"
  printf '%s\n' "$1" >"$NODE_BUILD/progress.new" && mv "$NODE_BUILD/progress.new" "$NODE_BUILD/progress"
}

# packages_left MODULE PACKAGE...: how many packages are not in Go's build cache yet.
packages_left() {
  local module=$1
  shift
  go list -C "$module" -deps -f '{{if and .Stale (ne .StaleReason "not installed but available in build cache")}}x{{end}}' \
    "$@" 2>/dev/null | grep -c x || true
}

# go_position LOG TOTAL PACKAGE...: where a `go build -v` is, by its output. The
# packages that become programs are compiled last; after them comes the linker.
go_position() {
  local log=$1 total=$2 package compiled last
  shift 2
  compiled=$(compiled_in "$log")
  last=$(tail -n 1 "$log")
  for package; do
    [[ $last != *"${package#.}" ]] || { echo linking; return; }
  done
  if [[ $last == 'go: downloading'* ]]; then
    echo "downloading, $(grep -c '^go: downloading' "$log") modules so far"
  elif [ "$total" -gt "$compiled" ]; then
    echo "$compiled/$total packages"
  else
    echo "$compiled packages so far"
  fi
}

compiled_in() { grep -cv '^go: ' "$1" || true; }

# with_parent COMMAND...: ends the command when this script is killed outright, so
# that nothing compiles on unseen.
with_parent() { if has setpriv; then exec setpriv --pdeathsig TERM "$@"; else exec "$@"; fi; }

# run_go_step NAME MODULE PACKAGE...: runs `go build -v` with GO_BUILD's arguments
# in MODULE and watches it. Counting the packages takes seconds itself, so it is
# done only in steps that take long, and beside them.
run_go_step() {
  local name=$1 module=$2 log=$NODE_BUILD/log/${1// /-}.log begin=$SECONDS next total=0 left=$NODE_BUILD/left
  shift 2
  next=$((begin + PROGRESS_EVERY))
  rm -f "$left"
  with_parent go build -C "$module" -v "${GO_BUILD[@]}" "$@" >"$log" 2>&1 &
  PROGRESS_CHILD=$!
  while kill -0 "$PROGRESS_CHILD" 2>/dev/null; do
    sleep 0.2
    [ "$SECONDS" -ge "$next" ] || continue
    next=$((SECONDS + PROGRESS_EVERY))
    if [ "$total" = 0 ] && [ -s "$left" ]; then
      total=$(($(compiled_in "$log") + $(<"$left")))
    elif [ ! -e "$left" ] && ! tail -n 1 "$log" | grep -q '^go: downloading'; then
      : >"$left"
      (packages_left "$module" "$@" >"$left.new" && mv "$left.new" "$left") &
    fi
    progress_line "  $name: $(duration $((SECONDS - begin))), $(go_position "$log" "$total" "$@")"
  done
  if ! wait "$PROGRESS_CHILD"; then
    PROGRESS_CHILD=
    tail -n 20 "$log" >&2
    die "build step $name failed after $(duration $((SECONDS - begin))): see $log" \
      "run the same command again: finished steps are kept"
  fi
  PROGRESS_CHILD=
}

# step NAME COMMAND...: one line before, one after, and a row of the final table.
step() {
  local name=$1 begin=$SECONDS
  shift
  progress_line "$name ..."
  "$@"
  progress_line "$name: done in $(duration $((SECONDS - begin)))"
  STEP_TABLE+=("$name"$'\t'"$(duration $((SECONDS - begin)))")
}

# step_table: what took how long.
step_table() {
  local row
  [ ${#STEP_TABLE[@]} -gt 0 ] || return 0
  note "step                        time"
  for row in "${STEP_TABLE[@]}"; do
    note "$(printf '%-26s %6s' "${row%%$'\t'*}" "${row#*$'\t'}")"
  done
  note "$(printf '%-26s %6s' total "$(duration $((SECONDS - $1)))")"
}

# stop_step ends the step that runs now, when this script is told to end.
stop_step() {
  if [ -n "$PROGRESS_CHILD" ]; then
    kill "$PROGRESS_CHILD" 2>/dev/null || true
    wait "$PROGRESS_CHILD" 2>/dev/null || true
  fi
}
