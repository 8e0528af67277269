# SPDX-License-Identifier: BSD-2-Clause
#
# What the first lines of a CAmkES tutorial's CMakeLists.txt include: its sources are there, nothing
# is to be generated.
macro(sel4_tutorials_regenerate_tutorial)
endmacro()
