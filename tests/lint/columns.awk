# SPDX-License-Identifier: BSD-2-Clause
#
# At most 100 columns in build files, scripts and documents. After fault.awk. What cannot be wrapped
# may be wider: in documents tables, blocks of commands, targets of links and names of files;
# elsewhere a line that is one string.

FNR == 1 {
    document = FILENAME ~ /\.md$/
    in_block = 0
}
document && /^[ \t]*```/ {
    in_block = !in_block
}
{
    line = $0
    if (document) {
        gsub(/\]\([^)]*\)/, "]", line)
        gsub(/`[^` ]*\/[^` ]*`/, "``", line)
    }
}
document && (in_block || /^(    |[ \t]*\|)/) {
    next
}
!document && /^[ \t]*("([^"\\]|\\.)*"|'[^']*')[^ ]*( (\\|\|\|))?$/ {
    next
}
width(line) > 100 {
    fault("longer than 100 columns")
}
