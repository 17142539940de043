/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include "colour.h"

#define COLUMNS_MAX 16

/* Columns before a row whose first cell stands on a line of its own. */
#define INDENT 2

/* Each of these takes less room than the one before. */
typedef enum Form {
    FORM_WIDE,
    FORM_NARROW,   /* short titles and narrow gaps */
    FORM_STACKED,  /* and the first cell above the others */
    FORM_SPARE,    /* and no spare columns */
} Form;

/* How the grid is laid out: chosen before anything is printed. */
typedef struct Layout {
    Form form;
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

static gboolean is_shown(const CbxGrid *grid, const Layout *layout,
                         guint column)
{
    return layout->form < FORM_SPARE || !grid->columns[column].spare;
}

/* Returns the width of a whole row. */
static guint lay_out(const CbxGrid *grid, Form form, Layout *layout)
{
    guint total = 0;

    layout->form = form;
    layout->gap = form >= FORM_NARROW ? 1 : 2;
    for (guint c = 0; c < grid->width; c++) {
        const CbxColumn *column = &grid->columns[c];
        int width = form >= FORM_NARROW ? text_width(column->shorter)
                                        : MAX(text_width(column->title[0]),
                                              text_width(column->title[1]));

        for (guint i = c; i < grid->cells->len; i += grid->width) {
            width = MAX(width, text_width(g_ptr_array_index(grid->cells, i)));
        }
        if (form >= FORM_STACKED && c == 0) {
            width = INDENT - layout->gap;
        }
        layout->width[c] = width;
        if (is_shown(grid, layout, c)) {
            total += (guint)(width + layout->gap);
        }
    }
    return total - (guint)layout->gap;
}

static void put_cell(const CbxGrid *grid, const Layout *layout, guint column,
                     const char *text, GString *out)
{
    int pad = layout->width[column] - text_width(text);
    gboolean last = column + 1 == grid->width;

    if (!is_shown(grid, layout, column)) {
        return;
    }
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
    for (guint c = 0; layout->form < FORM_NARROW && c < grid->width; c++) {
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
                     layout->form >= FORM_STACKED && c == 0 ? ""
                     : layout->form >= FORM_NARROW ? column->shorter
                                                   : column->title[line],
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
    Form form = FORM_WIDE;

    while (lay_out(grid, form, &layout) > room && room > 0 &&
           form < FORM_SPARE) {
        form++;
    }
    put_title(grid, &layout, out);
    for (guint i = 0; i < grid->cells->len; i++) {
        guint c = i % grid->width;
        gboolean bad = g_array_index(grid->marks, gboolean, i / grid->width);
        const char *text = g_ptr_array_index(grid->cells, i);

        if (c == 0 && bad) {
            g_string_append(out, cbx_colour(colour, CBX_COLOUR_BAD));
        }
        if (c == 0 && layout.form >= FORM_STACKED) {
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
