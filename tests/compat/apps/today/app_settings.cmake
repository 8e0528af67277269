# SPDX-License-Identifier: BSD-2-Clause
cmake_minimum_required(VERSION 3.8.2)
set(KernelSel4Arch ia32 CACHE STRING "" FORCE)
set(KernelMaxNumNodes 2 CACHE STRING "" FORCE)
set(KernelHugePage OFF CACHE BOOL "" FORCE)
ApplyCommonSimulationSettings(${KernelArch})
set(seen_by_app yes)
