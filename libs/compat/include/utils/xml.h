/* SPDX-License-Identifier: BSD-2-Clause */
#error <utils/xml.h>: the XML printer of util_libs is not here: put its sources into your component
