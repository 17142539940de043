/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For abi.h: the kernel is built without the C library's headers. */
#include <linux/types.h>
