/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include "colour.h"

#define COLUMNS_MAX 16

/* Columns before a row whose first cell stands on a line of its own. */
#define INDENT 2

/* How the grid is laid out: chosen before anything is printed. */
typedef struct Layout {
    gboolean narrow;   /* short titles and narrow gaps */
    gboolean stacked;  /* and the first cell above the others */
    int gap;
    int width[COLUMNS_MAX];
} Layout;

CbxGrid *cbx_grid_new(const CbxColumn *columns, guint width)
{
    CbxGrid *grid = g_new0(CbxGrid, 1);

    g_assert(width <= COLUMNS_MAX);
    grid->columns = columns;
    grid->width = width;
    grid->cells = g_ptr_array_new_with_free_func(g_free);
    grid->marks = g_array_new(FALSE, TRUE, sizeof(gboolean));
    return grid;
}

void cbx_grid_free(CbxGrid *grid)
{
    g_ptr_array_unref(grid->cells);
    g_array_unref(grid->marks);
    g_free(grid);
}

void cbx_grid_add(CbxGrid *grid, char *text)
{
    const gboolean good = FALSE;

    if (grid->cells->len % grid->width == 0) {
        g_array_append_val(grid->marks, good);
    }
    g_ptr_array_add(grid->cells, text);
}

void cbx_grid_mark(CbxGrid *grid)
{
    g_array_index(grid->marks, gboolean, grid->marks->len - 1) = TRUE;
}

static int text_width(const char *text)
{
    return (int)g_utf8_strlen(text, -1);
}

/* Returns the width of a whole row. */
static guint lay_out(const CbxGrid *grid, gboolean narrow, gboolean stacked,
                     Layout *layout)
{
    guint total = 0;

    layout->narrow = narrow;
    layout->stacked = stacked;
    layout->gap = narrow ? 1 : 2;
    for (guint c = 0; c < grid->width; c++) {
        const CbxColumn *column = &grid->columns[c];
        int width = narrow ? text_width(column->shorter)
                           : MAX(text_width(column->title[0]),
                                 text_width(column->title[1]));

        for (guint i = c; i < grid->cells->len; i += grid->width) {
            width = MAX(width, text_width(g_ptr_array_index(grid->cells, i)));
        }
        if (stacked && c == 0) {
            width = INDENT - layout->gap;
        }
        layout->width[c] = width;
        total += (guint)(width + layout->gap);
    }
    return total - (guint)layout->gap;
}

static void put_cell(const CbxGrid *grid, const Layout *layout, guint column,
                     const char *text, GString *out)
{
    int pad = layout->width[column] - text_width(text);
    gboolean last = column + 1 == grid->width;

    if (column > 0) {
        g_string_append_printf(out, "%*s", layout->gap, "");
    }
    if (grid->columns[column].right) {
        g_string_append_printf(out, "%*s%s", pad, "", text);
    } else {
        g_string_append_printf(out, "%s%*s", text, last ? 0 : pad, "");
    }
}

/* Nothing is to be seen of blanks at the end of a line. */
static void trim(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
}

static gboolean has_two_lines(const CbxGrid *grid, const Layout *layout)
{
    for (guint c = 0; !layout->narrow && c < grid->width; c++) {
        if (*grid->columns[c].title[0]) {
            return TRUE;
        }
    }
    return FALSE;
}

static void put_title(const CbxGrid *grid, const Layout *layout, GString *out)
{
    for (int line = has_two_lines(grid, layout) ? 0 : 1; line < 2; line++) {
        for (guint c = 0; c < grid->width; c++) {
            const CbxColumn *column = &grid->columns[c];

            put_cell(grid, layout, c,
                     layout->stacked && c == 0 ? ""
                     : layout->narrow ? column->shorter : column->title[line],
                     out);
        }
        trim(out);
        g_string_append_c(out, '\n');
    }
}

static void put_above(const char *text, GString *out)
{
    if (*text) {
        g_string_append_printf(out, "%s\n", text);
    }
}

void cbx_grid_format(const CbxGrid *grid, guint room, gboolean colour,
                     GString *out)
{
    Layout layout;

    if (lay_out(grid, FALSE, FALSE, &layout) > room && room > 0 &&
        lay_out(grid, TRUE, FALSE, &layout) > room) {
        lay_out(grid, TRUE, TRUE, &layout);
    }
    put_title(grid, &layout, out);
    for (guint i = 0; i < grid->cells->len; i++) {
        guint c = i % grid->width;
        gboolean bad = g_array_index(grid->marks, gboolean, i / grid->width);
        const char *text = g_ptr_array_index(grid->cells, i);

        if (c == 0 && bad) {
            g_string_append(out, cbx_colour(colour, CBX_COLOUR_BAD));
        }
        if (c == 0 && layout.stacked) {
            put_above(text, out);
            text = "";
        }
        put_cell(grid, &layout, c, text, out);
        if (c + 1 < grid->width) {
            continue;
        }
        trim(out);
        /* Of a heading nothing is left when it stands above its row. */
        if (out->str[out->len - 1] != '\n') {
            g_string_append(out, bad ? cbx_colour(colour, CBX_COLOUR_OFF)
                                     : "");
            g_string_append_c(out, '\n');
        }
    }
}
