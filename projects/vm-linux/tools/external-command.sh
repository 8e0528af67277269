#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs a command on a copy of somebody's folder:
#
#   external-command.sh FOLDER COPY COMMAND…
#
# What it prints names the files of FOLDER, which people can edit, instead of COPY's. What a build
# by ninja has made at some time but makes no longer is removed, so that nobody takes it for new.
set -eu

folder=$1
copy=$2
shift 2

# For sed: a name as a pattern, and as what replaces it.
pattern=$(printf '%s' "$copy" | sed 's/[][\\.*^$|]/\\&/g')
replacement=$(printf '%s' "$folder" | sed 's/[\\&|]/\\&/g')
exec 3>&1
status=$({
    {
        failed=0
        "$@" 2>&1 4>&- || failed=$?
        echo $failed >&4
    } | sed -u "s|$pattern|$replacement|g" >&3
} 4>&1)
[ "$status" = 0 ] || exit "$status"
[ ! -e build.ninja ] || [ ! -e .ninja_log ] || ninja -t cleandead >/dev/null
