/* SPDX-License-Identifier: MIT */
/* Text put together in a fixed buffer: no format strings, no allocation. */
#ifndef CBX_CORE_TEXT_H
#define CBX_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

typedef struct CbxText {
    char *buffer;
    size_t size;
    size_t length;
} CbxText;

/* Starts an empty text in `buffer`; what does not fit `size` is cut off. */
void cbx_text_init(CbxText *text, char *buffer, size_t size);
void cbx_text_add(CbxText *text, const char *string);
/* Decimal. */
void cbx_text_dec(CbxText *text, uint64_t value);
/* "0x" and lower-case digits without leading zeros. */
void cbx_text_hex(CbxText *text, uint64_t value);

#endif /* CBX_CORE_TEXT_H */
