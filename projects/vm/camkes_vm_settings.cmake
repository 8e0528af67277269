# SPDX-License-Identifier: BSD-2-Clause
#
# Settings that a CAmkES VM includes before its app's; here they are what they should be.
