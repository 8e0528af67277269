#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# connectors.sh SOURCE: docs/connectors.md shows all files of its example as they are;
# system.wordcount builds and runs them.
set -eu -o pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v work="$work" -f "$source/tests/tutorial/shown.awk" "$source/docs/connectors.md"
app=projects/vm-examples/wordcount
diff -r "$work/$app" "$source/$app"
