#!/usr/bin/env bash
# Builds and runs the image with Docker. test/interop/image.ts uses it unless IMAGE_BUILDER names another program with
# the same commands:
#
#   docker-image.sh                build the image
#   docker-image.sh run ARG...     run its entrypoint; IMAGE_MOUNT=DIR shows DIR inside under the same path
#   docker-image.sh inspect        print its configuration as JSON
set -euo pipefail
tag=tap-circle:dev
case ${1:-build} in
  build) docker build --tag "$tag" . ;;
  run)
    shift
    docker run --rm --interactive --network host ${IMAGE_MOUNT:+--volume "$IMAGE_MOUNT:$IMAGE_MOUNT"} "$tag" "$@"
    ;;
  inspect) docker image inspect --format '{{json .Config}}' "$tag" ;;
  *)
    sed -n '2,8p' "$0"
    exit 2
    ;;
esac
