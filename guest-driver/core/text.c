/* SPDX-License-Identifier: MIT */
#include "core/text.h"

/* Digits of UINT64_MAX in base 10, and the terminating NUL. */
enum { TEXT_DIGITS_MAX = 20 + 1 };

void cbx_text_init(CbxText *text, char *buffer, size_t size)
{
    text->buffer = buffer;
    text->size = size;
    text->length = 0;
    buffer[0] = '\0';
}

void cbx_text_add(CbxText *text, const char *string)
{
    while (*string && text->length + 1 < text->size) {
        text->buffer[text->length++] = *string++;
    }
    text->buffer[text->length] = '\0';
}

static void add_number(CbxText *text, uint64_t value, unsigned base)
{
    char digits[TEXT_DIGITS_MAX];
    char *at = &digits[TEXT_DIGITS_MAX - 1];

    *at = '\0';
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    cbx_text_add(text, at);
}

void cbx_text_dec(CbxText *text, uint64_t value)
{
    add_number(text, value, 10);
}

void cbx_text_hex(CbxText *text, uint64_t value)
{
    cbx_text_add(text, "0x");
    add_number(text, value, 16);
}
