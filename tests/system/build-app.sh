#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Configure and build an app as the tutorial says: build-app.sh BUILD_DIR CMAKE_ARGUMENT...
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
cd "$1"
shift
"$source/init-build.sh" "$@"
ninja
