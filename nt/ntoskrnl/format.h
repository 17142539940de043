/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CBX_NT_FORMAT_H
#define CBX_NT_FORMAT_H

#include "nt.h"

/* As NtsFormat(); returns the length without the closing NUL. */
SIZE_T NtsFormatV(CHAR *Text, SIZE_T Size, const CHAR *Format, va_list Args);

#endif /* CBX_NT_FORMAT_H */
