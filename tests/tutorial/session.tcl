# SPDX-License-Identifier: BSD-2-Clause
#
# Plays a session of the document on a machine and compares what it prints. Until the shell's first prompt the
# document's lines must appear in their order; behind a command the output must be what the document prints and
# nothing else, kernel messages apart, which come when they like.

# The line of the document for output that it leaves out. By its number: in which encoding this file is read, the locale says.
set leave_out "\[\u2026\]"

# Names in the document that stand for a number, and the numbers seen.
set placeholders {MAJOR}
array set seen_numbers {}

# Nothing but the prompt stands in front of it on its line; the console may have switched colours. Debian's shell says
# who and where one is.
set shell_prompt {(^|[\r\n]|\x1b\[[0-9;]*m|\x1b\[\?2004h)(root@debian:[^\r\n ]*)?# (\x1b\[6n)?}
set kernel_message {^\[ *[0-9]+\.[0-9]+\] }

# The regular expression for a line of the document.
proc line_pattern {line} {
    global placeholders kernel_message
    regsub -all {[][$^?+*()|\\.{}]} $line {\\&} pattern
    # The time of a kernel message is its own.
    regsub {^\\\[ *[0-9]+\\\.[0-9]+\\\] } $pattern {\\[ *[0-9]+\\.[0-9]+\\] } pattern
    foreach name $placeholders {
        regsub -all "\\m$name\\M" $pattern {([0-9]+)} pattern
    }
    return "^$pattern\$"
}

# Does this line of the machine's match the document's? Learns the numbers that stand in the placeholders' places.
proc line_matches {should is} {
    global placeholders seen_numbers
    set found [regexp -inline [line_pattern $should] [string trim $is]]
    if {$found eq {}} {
        return 0
    }
    set at 1
    foreach word [regexp -all -inline {\w+} $should] {
        if {$word in $placeholders} {
            set seen_numbers($word) [lindex $found $at]
            incr at
        }
    }
    return 1
}

# A command of the document, with the numbers in it.
proc command_text {command} {
    global seen_numbers
    foreach {name number} [array get seen_numbers] {
        regsub -all "\\m$name\\M" $command $number command
    }
    return $command
}

# The lines that a command printed: what follows its echo.
proc output_lines {command text} {
    set lines [split [string trimright [plain $text] "\n"] "\n"]
    set at [lsearch -exact $lines $command]
    if {$at < 0} {
        fail "'$command' was not echoed: [plain $text]"
    }
    return [lrange $lines $at+1 end]
}

proc compare_output {where command should is} {
    global kernel_message leave_out
    set gap 0
    foreach line $is {
        while {[lindex $should 0] eq $leave_out} {
            set gap 1
            set should [lrange $should 1 end]
        }
        if {$should ne {} && [line_matches [lindex $should 0] $line]} {
            set should [lrange $should 1 end]
            set gap 0
        } elseif {!$gap && ![regexp $kernel_message $line]} {
            fail "$where: '$command' printed '$line', the document says '[lindex $should 0]'"
        }
    }
    if {[lsearch -not -exact $should $leave_out] >= 0} {
        fail "$where: '$command' did not print '[lindex $should 0]' but: [join $is " / "]"
    }
    ok "$where: '$command' prints what the document says"
}

# One command and its output, up to the next prompt.
proc play_command {where command should} {
    global shell_prompt
    set command [command_text $command]
    type "$command\r"
    set text [await "end of '$command'" $shell_prompt]
    # What the pattern found last is the prompt.
    regsub "$shell_prompt\$" $text {} text
    compare_output $where $command $should [output_lines $command $text]
}

# Groups the lines of a session: {command line-of-output…} lists; the first group is what comes before the shell.
proc session_groups {lines} {
    set groups {}
    set group {}
    foreach line $lines {
        if {[regexp {^# (.*)$} $line -> command]} {
            lappend groups $group
            set group [list $command]
        } else {
            lappend group $line
        }
    }
    return [lappend groups $group]
}

# From power-on to the login, as far as the document goes.
proc play_boot {where lines} {
    global boot_timeout leave_out
    foreach line $lines {
        if {$line eq $leave_out} {
            continue
        }
        if {[regexp {^(.*(login|Password):) ?(.*)$} $line -> prompt -> answer]} {
            await "prompt '$prompt'" "[string trim [line_pattern $prompt] ^\$] " $boot_timeout
            if {$answer ne {}} {
                type "$answer\r"
            }
        } else {
            await "line '$line'" "[string trim [line_pattern $line] ^\$]\\r*\\n" $boot_timeout
        }
        ok "$where: $line"
    }
}

# Ctrl-A X ends QEMU, as the document says.
proc end_session {where} {
    global machine_pid
    type "\x01x"
    expect {
        -timeout 30
        eof {ok "$where: Ctrl-A X ends the session"}
        timeout {fail "$where: Ctrl-A X does not end the machine"}
    }
    catch {wait}
    unset machine_pid
}

# play_session <where> <lines>: the first line is the command that starts the machine, in the current folder.
proc play_session {where lines} {
    global env shell_prompt
    if {![regexp {^\$ \./(\S+) ?(.*)$} [lindex $lines 0] -> program arguments]} {
        fail "$where: a session begins with '$ ./program'"
    }
    set env(CAISSON_SIMULATE) [file join [pwd] $program]
    # The global spawn_id is what expect listens to.
    uplevel #0 [list start_machine {*}$arguments]
    set groups [session_groups [lrange $lines 1 end]]
    play_boot $where [lindex $groups 0]
    if {[llength $groups] > 1} {
        await "shell prompt" $shell_prompt
        foreach group [lrange $groups 1 end] {
            play_command $where [lindex $group 0] [lrange $group 1 end]
        }
    }
    end_session $where
}
