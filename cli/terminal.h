/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stream's terminal can do.
 */
#ifndef CBX_CLI_TERMINAL_H
#define CBX_CLI_TERMINAL_H

#include <glib.h>

typedef struct CbxTerminal {
    gboolean moves;   /* a line can be written over */
    gboolean colour;  /* may be coloured: $NO_COLOR does not forbid it */
    guint width;      /* columns; 0: not known, or not a terminal */
} CbxTerminal;

/*
 * Looks at descriptor @fd and the environment: no terminal, or TERM unset or
 * "dumb", can do nothing.
 */
CbxTerminal cbx_terminal(int fd);

#endif
