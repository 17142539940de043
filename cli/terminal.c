/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

CbxTerminal cbx_terminal(int fd)
{
    const char *term = g_getenv("TERM");
    const char *no_colour = g_getenv("NO_COLOR");
    CbxTerminal terminal = { 0 };
    struct winsize size;

    if (!isatty(fd)) {
        return terminal;
    }
    if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
        terminal.width = size.ws_col;
    }
    if (term && *term && strcmp(term, "dumb") != 0) {
        terminal.moves = TRUE;
        terminal.colour = !no_colour || !*no_colour;
    }
    return terminal;
}
