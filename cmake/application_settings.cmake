# SPDX-License-Identifier: BSD-2-Clause
#
# Apps include this for ApplyCommonSimulationSettings() and its kin, which are there in any case.
include_guard(GLOBAL)
