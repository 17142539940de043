/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `cbx list`.
 */
#ifndef CBX_CLI_LIST_H
#define CBX_CLI_LIST_H

/* Prints the names there are, for people. */
void cbx_list(void);

/* The same for programs: one JSON object. */
void cbx_list_json(void);

#endif
