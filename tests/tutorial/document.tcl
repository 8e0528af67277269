# SPDX-License-Identifier: BSD-2-Clause
#
# Reads a document that can be executed: the steps in it, in order. What makes a step:
#
#   File `path`:             and a fenced block: the file's whole content
#   In `path` replace        and a block, "by" and a block: lines to look for and lines in their place
#   a block of sh            commands
#   a block of console       a session on a machine's console
#
# Everything else is prose. A block that is none of these is an error, so that nothing stays untested by mistake.

# The steps: lists of {kind line …}, with …
#   file path text · edit path old new · shell text · session lines
proc read_document {name} {
    set channel [open $name]
    fconfigure $channel -encoding utf-8
    set lines [split [read $channel] "\n"]
    close $channel

    set steps {}
    set next {}
    set block {}
    set fence 0
    set number 0
    foreach line $lines {
        incr number
        if {$fence} {
            if {$line ne "```"} {
                lappend block $line
                continue
            }
            set fence 0
            set next [end_of_block $name $started $language $block $next steps]
        } elseif {[regexp {^```(.*)$} $line -> language]} {
            set fence 1
            set block {}
            set started $number
        } elseif {[regexp {^File `([^`]+)`:$} $line -> path]} {
            set next [list file [inner_path $name $number $path]]
        } elseif {[regexp {^[Ii]n `([^`]+)` replace$} $line -> path]} {
            set next [list old [inner_path $name $number $path]]
        } elseif {$line eq "by" && [lindex $next 0] eq "by"} {
            set next [lreplace $next 0 0 new]
        } elseif {$next ne {} && [string trim $line] ne {}} {
            error "$name:$number: a block should come here, not text"
        }
    }
    if {$fence || $next ne {}} {
        error "$name: ends within a step"
    }
    return $steps
}

proc inner_path {name number path} {
    if {[file pathtype $path] ne "relative" || ".." in [file split $path]} {
        error "$name:$number: '$path' leaves the folder of the sources"
    }
    return $path
}

# What a block is, by what stands before it. Returns what must follow.
proc end_of_block {name line language block next variable} {
    upvar 1 $variable steps
    set text "[join $block "\n"]\n"
    lassign $next kind path old
    switch $kind {
        file {lappend steps [list file $line $path $text]}
        old {return [list by $path $text]}
        new {lappend steps [list edit $line $path $old $text]}
        by {error "$name:$line: 'by' is missing before this block"}
        default {
            switch $language {
                sh {lappend steps [list shell $line $text]}
                console {lappend steps [list session $line $block]}
                default {error "$name:$line: what should be done with this block?"}
            }
        }
    }
    return {}
}
