# SPDX-License-Identifier: BSD-2-Clause
#
# The files that a document shows, written into a folder: awk -v work=FOLDER -f shown.awk DOCUMENT.
# "File `path`:" and a block is that file.
/^File `[^`]+`:$/ {
    split($0, part, "`")
    file = work "/" part[2]
    folder = file
    sub(/\/[^\/]*$/, "", folder)
    system("mkdir -p \"" folder "\"")
}
/^```/ {
    inside = !inside && file != ""
    if (!inside)
        file = ""
    next
}
inside {
    print >file
}
