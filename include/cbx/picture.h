/* SPDX-License-Identifier: MIT */
/*
 * The test picture: what the video driver draws and what the host must see.
 * Integers only, so that both compute the same pixel.
 */
#ifndef CBX_PICTURE_H
#define CBX_PICTURE_H

#include <stdint.h>

/* 0x00RRGGBB of eight bars, brightest first. */
static inline uint32_t cbx_picture_bar(uint32_t x, uint32_t width)
{
    uint32_t bar = 7 - x * 8 / width;

    return (bar & 2 ? 0xff0000u : 0) | (bar & 4 ? 0x00ff00u : 0) |
           (bar & 1 ? 0x0000ffu : 0);
}

/* Ramps of red, green, blue and grey, a quarter of @height each. */
static inline uint32_t cbx_picture_ramp(uint32_t x, uint32_t y, uint32_t width,
                                        uint32_t height)
{
    uint32_t level = x * 256 / width;

    switch (y * 4 / height) {
    case 0:
        return level << 16;
    case 1:
        return level << 8;
    case 2:
        return level;
    default:
        return level * 0x010101u;
    }
}

/*
 * 0x00RRGGBB of the pixel in column @x of row @y: bars above, ramps below, a
 * ring in the middle, a checkered frame of single pixels at the rim.
 */
static inline uint32_t cbx_picture_pixel(uint32_t x, uint32_t y,
                                         uint32_t width, uint32_t height)
{
    int32_t dx = (int32_t)x - (int32_t)width / 2;
    int32_t dy = (int32_t)y - (int32_t)height / 2;
    int32_t r = (int32_t)height / 3;
    int32_t d = dx * dx + dy * dy;

    if (x < 8 || y < 8 || x >= width - 8 || y >= height - 8) {
        return (x ^ y) & 1 ? 0xffffffu : 0;
    }
    if (d <= r * r && d >= (r - 12) * (r - 12)) {
        return 0xff8000u;
    }
    if (y < height * 2 / 3) {
        return cbx_picture_bar(x, width);
    }
    return cbx_picture_ramp(x, y - height * 2 / 3, width,
                            height - height * 2 / 3);
}

/* The same in 16 bits, 5 red, 6 green, 5 blue. */
static inline uint16_t cbx_picture_rgb565(uint32_t pixel)
{
    return (uint16_t)((pixel >> 8 & 0xf800u) | (pixel >> 5 & 0x07e0u) |
                      (pixel >> 3 & 0x001fu));
}

#endif /* CBX_PICTURE_H */
