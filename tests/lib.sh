# SPDX-License-Identifier: BSD-2-Clause
#
# For tests that are scripts: an empty folder to work in, gone afterwards, and how they fail. What a
# failed command has printed is in the file log, if there is one.
# shellcheck shell=sh
work=$(mktemp -d)
trap 'chmod -R u+w "$work" || :; rm -rf "$work"' EXIT
cd "$work"

# expect_equal WHAT IS SHOULD
expect_equal() {
    [ "$2" = "$3" ] || fail "$1: is '$2', should be '$3'"
}

fail() {
    echo "FAIL: $*" >&2
    [ ! -e log ] || tail -n 30 log >&2
    exit 1
}
