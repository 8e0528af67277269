# SPDX-License-Identifier: BSD-2-Clause
#
# Rules of docs/style.md on the text of C, assembly, flex and bison. After source.awk.

width($0) > 100 {
    fault("longer than 100 columns")
}

# --- Comments ---

!opened && in_comment && $0 !~ /^[ \t]*\/\*$/ {
    fault("a comment of several lines begins with /* on a line of its own")
}
opened && !in_comment && $0 !~ /^[ \t]*\*\/$/ {
    fault("a comment of several lines ends with */ on a line of its own")
}
!opened && !in_comment && $0 ~ /^[ \t]*\/\*.*(---|===|\*\*\*|~~~|___)/ &&
        $0 !~ /^[ \t]*\/\* --- [^-=*~_ ].*[^-=*~_ ] --- \*\/$/ {
    fault("a section's ruler is /* --- Name --- */")
}
slashes {
    fault("a comment is /* … */")
}

# --- Code ---

bare ~ /[!=]=[ \t]*NULL/ || has_word(bare, "NULL[ \t]*[!=]=.*") {
    fault("a pointer is tested by its name, not compared with NULL")
}
bare ~ /(^|[^A-Za-z0-9_])sizeof[ \t]*[^( \t]/ {
    fault("sizeof takes parentheses")
}
bare ~ /sizeof[^;,]*\/[ \t]*sizeof[ \t]*(\([ \t]*)?(\*|[^;,]*\[0\])/ &&
        FILENAME !~ /\/base\/bits\.h$/ {
    fault("ARRAY_SIZE counts an array's elements")
}
FILENAME !~ /\.S$/ && bare !~ /^[ \t]*#[ \t]*include/ && has_word(bare, "err|rc|ret") {
    fault("the error of a call is `error`, not err, rc or ret")
}
code ~ /^[ \t]*#[ \t]*include.*[\/"<]internal\.h/ || (FNR == 1 && FILENAME ~ /\/internal\.h$/) {
    fault("what the files of a folder share is in <name>_private.h")
}
