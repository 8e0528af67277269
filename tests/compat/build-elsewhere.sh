#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds an app that lies outside of this repository, as a user would: build-elsewhere.sh BUILD_DIR
# APP
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd -P)
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT
cp -r "$2" "$elsewhere"
"$source/run" --build-only --build-dir "$1" "$elsewhere/$(basename "$2")"
