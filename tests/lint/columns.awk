# SPDX-License-Identifier: BSD-2-Clause
#
# At most 100 columns in build files, scripts and documents. In documents, tables and blocks of
# commands may be wider, and a link's target does not count: neither can be wrapped. After fault.awk.

FNR == 1 {
    document = FILENAME ~ /\.md$/
    in_block = 0
}
document && /^[ \t]*```/ {
    in_block = !in_block
}
{
    line = $0
    if (document)
        gsub(/\]\([^)]*\)/, "]", line)
}
width(line) > 100 && !(document && (in_block || /^(    |[ \t]*\|)/)) {
    fault("longer than 100 columns")
}
