/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells in columns as wide as their widest cell.
 */
#ifndef CBX_CLI_GRID_H
#define CBX_CLI_GRID_H

#include <glib.h>

typedef struct CbxColumn {
    const char *title[2];  /* two lines; the first may be "" */
    const char *shorter;   /* title on one line when there is little room */
    gboolean right;        /* aligned right */
    gboolean spare;        /* left out when nothing else helps */
} CbxColumn;

typedef struct CbxGrid {
    const CbxColumn *columns;
    guint width;       /* columns per row */
    GPtrArray *cells;  /* char *, row by row */
    GArray *marks;     /* gboolean per row: shown as bad */
} CbxGrid;

CbxGrid *cbx_grid_new(const CbxColumn *columns, guint width);
void cbx_grid_free(CbxGrid *grid);

/* Appends the next cell, taking @text; rows fill from left to right. */
void cbx_grid_add(CbxGrid *grid, char *text);

/* The row just filled is a bad one. */
void cbx_grid_mark(CbxGrid *grid);

/*
 * Appends title and rows to @out. With @room columns (0: any number) too few
 * for the long titles, the short ones and narrower gaps are used; if that is
 * not enough, the first cell stands above the rest of its row; if that is not
 * enough either, spare columns are left out.
 */
void cbx_grid_format(const CbxGrid *grid, guint room, gboolean colour,
                     GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxGrid, cbx_grid_free)

#endif
