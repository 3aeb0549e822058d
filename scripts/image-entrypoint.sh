#!/bin/sh
# Entrypoint of the image: the program that the first argument names, or else the tap (which is the Airbyte source too).
# exec, so that signals reach Node and not a shell.
case "${1:-}" in
  tap-circle | source-circle | target-segment | circle-sandbox | circle-sync | sh) exec "$@" ;;
  *) exec tap-circle "$@" ;;
esac
