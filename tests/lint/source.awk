# SPDX-License-Identifier: BSD-2-Clause
#
# One line of C, assembly, flex or bison at a time, taken apart for the rules:
#   code     the line without comments
#   bare     that without the text of strings and characters, too
#   slashes  whether a comment of C++ ends it
#   opened   whether a comment began before this line; in_comment: whether one goes on after it
# Rules are functions of the files beside this one; they call fault.awk.

function has_word(text, words) {
    return match(text, "(^|[^A-Za-z0-9_])(" words ")([^A-Za-z0-9_]|$)")
}

function take_apart(line,   token) {
    code = bare = ""
    slashes = 0
    opened = in_comment
    while (line != "")
        if (in_comment) {
            if (!match(line, /\*\//))
                return
            in_comment = 0
            line = substr(line, RSTART + 2)
        } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)*'/)) {
            token = substr(line, RSTART, RLENGTH)
            code = code substr(line, 1, RSTART - 1)
            bare = bare substr(line, 1, RSTART - 1)
            line = substr(line, RSTART + RLENGTH)
            if (token == "//") {
                slashes = 1
                return
            }
            if (token == "/*")
                in_comment = 1
            else {
                code = code token
                bare = bare substr(token, 1, 1) substr(token, 1, 1)
            }
        } else {
            code = code line
            bare = bare line
            line = ""
        }
}

FNR == 1 {
    in_comment = 0
}

{
    take_apart($0)
}
