/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The colours that the output has.
 */
#ifndef CBX_CLI_COLOUR_H
#define CBX_CLI_COLOUR_H

#include <glib.h>

/* Sequences of ECMA-48, 8.3.117 (SGR). */
#define CBX_COLOUR_GOOD "\x1b[32m"
#define CBX_COLOUR_BAD  "\x1b[31m"
#define CBX_COLOUR_DIM  "\x1b[2m"
#define CBX_COLOUR_OFF  "\x1b[0m"

/* @sequence when colour is @on, else nothing. */
static inline const char *cbx_colour(gboolean on, const char *sequence)
{
    return on ? sequence : "";
}

#endif
