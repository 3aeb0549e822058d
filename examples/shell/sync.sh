#!/usr/bin/env bash
# Runs `tap | target` once and keeps the state for the next run. In the image it is called circle-sync.
#
#   TAP     the tap's command      default: tap-circle --config=ENV
#   TARGET  the target's command   default: target-segment --config=ENV
#   STATE   the state's file       default: state.json
#
# The state is the last whole line that the target printed: what the target says that it has stored, also in a run that
# fails later. It is written beside the old one and then renamed, so there is never half a state. A second run at the
# same time does nothing and ends with 75.
set -euo pipefail

tap=${TAP:-tap-circle --config=ENV}
target=${TARGET:-target-segment --config=ENV}
state=${STATE:-state.json}

exec 9>"$state.lock"
flock --nonblock 9 || { echo "sync: another run holds $state.lock" >&2; exit 75; }

keep_last_state() {
  local line last=
  # read does not take a last line without its end, which a kill may leave.
  while IFS= read -r line; do
    case $line in '{'*'}') last=$line ;; esac
  done <"$state.lines"
  if [ -n "$last" ]; then
    printf '%s\n' "$last" >"$state.new"
    sync "$state.new"
    mv "$state.new" "$state"
  fi
  rm "$state.lines"
}

# A run that was killed here has left its lines.
if [ -e "$state.lines" ]; then keep_last_state; fi

code=0
# shellcheck disable=SC2086 # the commands are meant to be split into words
$tap $([ ! -s "$state" ] || echo "--state $state") 9>&- | $target 9>&- >"$state.lines" || code=$?
keep_last_state
exit "$code"
