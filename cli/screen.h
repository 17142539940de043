/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures of the screen: QEMU stops at each update that the driver asks for,
 * saves what a display would show, and goes on.
 */
#ifndef CBX_CLI_SCREEN_H
#define CBX_CLI_SCREEN_H

#include <glib.h>

typedef struct CbxScreen CbxScreen;

/*
 * Pictures go to @directory, which is made, as frame-1.ppm and so on; those of
 * an earlier run are removed. Answers QEMU's monitor from the main loop.
 * Errors are CBX_ERROR_ENVIRONMENT.
 */
CbxScreen *cbx_screen_new(const char *directory, GError **error);
void cbx_screen_free(CbxScreen *screen);

/* QEMU's end of the connection; remains the screen's. */
int cbx_screen_fd(const CbxScreen *screen);

/* What QEMU could not do, in its words, or NULL. */
const char *cbx_screen_problem(const CbxScreen *screen);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxScreen, cbx_screen_free)

#endif
