/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in pci_helper.h, under another of its names. */
#pragma once

#include <sel4vmmplatsupport/drivers/pci_helper.h>
