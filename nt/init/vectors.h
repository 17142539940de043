/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A user process that keeps all vector registers busy while drivers run, and
 * says on the console how often it found them changed.
 */
#ifndef CBX_INIT_VECTORS_H
#define CBX_INIT_VECTORS_H

#include <sys/types.h>

pid_t vectors_start(void);
void vectors_stop(pid_t child);

#endif /* CBX_INIT_VECTORS_H */
