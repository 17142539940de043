/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the screen of cbx-display. What is drawn in memory is what a screendump
 * shows, pixel by pixel.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "cbx-stream.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Rows that do not end on a page; QEMU pads those of a PPM to 4 bytes. */
#define WIDTH   72u
#define HEIGHT  50u
#define STRIDE  304u
#define SEED    0xd15b1a7

/* Pixels that depend on their place; returns the picture's bytes. */
static uint8_t *draw(QCbx *d, uint64_t base, unsigned bytes)
{
    uint8_t *picture = g_malloc0(STRIDE * HEIGHT);

    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned i = 0; i < WIDTH * bytes; i++) {
            picture[y * STRIDE + i] =
                cbx_pattern_byte(SEED, y * WIDTH * bytes + i);
        }
    }
    qtest_memwrite(d->qts, base, picture, STRIDE * HEIGHT);
    return picture;
}

static void set_mode(QCbx *d, uint32_t format, uint64_t base)
{
    cbx_write32(d, CBX_REG_DISPLAY_FORMAT, format);
    cbx_write32(d, CBX_REG_DISPLAY_WIDTH, WIDTH);
    cbx_write32(d, CBX_REG_DISPLAY_HEIGHT, HEIGHT);
    cbx_write32(d, CBX_REG_DISPLAY_STRIDE, STRIDE);
    cbx_write64(d, CBX_REG_DISPLAY_BASE_LO, base);
}

static uint32_t control(QCbx *d, uint32_t value)
{
    cbx_write32(d, CBX_REG_DISPLAY_CONTROL, value);
    return cbx_read32(d, CBX_REG_DISPLAY_STATUS);
}

/* Three bytes for each pixel, as in a portable pixmap. */
static uint8_t *screendump(QCbx *d)
{
    g_autofree char *file = NULL;
    g_autofree char *header = g_strdup_printf("P6\n%u %u\n255\n", WIDTH,
                                              HEIGHT);
    g_autofree char *text = NULL;
    int fd = g_file_open_tmp("cbx-screen-XXXXXX", &file, NULL);
    gsize length;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    qtest_qmp_assert_success(d->qts, "{'execute': 'screendump', 'arguments': "
                             "{'filename': %s, 'device': 'screen'}}", file);
    g_assert_true(g_file_get_contents(file, &text, &length, NULL));
    unlink(file);
    g_assert_cmpint(length, ==, strlen(header) + WIDTH * HEIGHT * 3);
    g_assert_cmpint(memcmp(text, header, strlen(header)), ==, 0);
    return g_memdup2(text + strlen(header), WIDTH * HEIGHT * 3);
}

static uint8_t widen(unsigned value, unsigned bits)
{
    return value << (8 - bits) | value >> (2 * bits - 8);
}

static void expect_screen(QCbx *d, const uint8_t *picture, uint32_t format)
{
    g_autofree uint8_t *seen = screendump(d);

    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            const uint8_t *rgb = &seen[(y * WIDTH + x) * 3];

            if (format == CBX_DISPLAY_XRGB8888) {
                const uint8_t *p = &picture[y * STRIDE + x * 4];

                g_assert_cmpint(rgb[0], ==, p[2]);
                g_assert_cmpint(rgb[1], ==, p[1]);
                g_assert_cmpint(rgb[2], ==, p[0]);
            } else {
                unsigned p = lduw_le_p(&picture[y * STRIDE + x * 2]);

                g_assert_cmpint(rgb[0], ==, widen(p >> 11, 5));
                g_assert_cmpint(rgb[1], ==, widen(p >> 5 & 0x3f, 6));
                g_assert_cmpint(rgb[2], ==, widen(p & 0x1f, 5));
            }
        }
    }
}

static uint64_t checksum(const uint8_t *picture, unsigned bytes)
{
    XXH64_state_t hash;

    XXH64_reset(&hash, 0);
    for (unsigned y = 0; y < HEIGHT; y++) {
        XXH64_update(&hash, picture + y * STRIDE, WIDTH * bytes);
    }
    return XXH64_digest(&hash);
}

static void run_format(void *obj, QGuestAllocator *alloc, uint32_t format,
                       unsigned bytes)
{
    uint64_t base = guest_alloc(alloc, STRIDE * HEIGHT + 4096) + 0x104;
    g_autofree uint8_t *picture = NULL;
    QCbx *d = obj;

    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES) & CBX_FEATURE_DISPLAY, !=,
                    0);
    picture = draw(d, base, bytes);
    set_mode(d, format, base);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE), ==,
                    CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_DISPLAY_CONTROL), ==,
                    CBX_DISPLAY_ON);
    g_assert_cmpint(cbx_read32(d, CBX_REG_DISPLAY_FRAMES), ==, 1);
    g_assert_cmphex(cbx_read64(d, CBX_REG_DISPLAY_SUM_LO), ==,
                    checksum(picture, bytes));
    expect_screen(d, picture, format);

    /* Drawn without a word to the device. */
    picture[STRIDE * 30 + 6] ^= 0xff;
    qtest_memwrite(d->qts, base + STRIDE * 30, picture + STRIDE * 30, STRIDE);
    expect_screen(d, picture, format);
    expect_screen(d, picture, format);
    g_assert_cmpint(control(d, 0), ==, CBX_STATUS_OK);
}

static void test_xrgb8888(void *obj, void *data, QGuestAllocator *alloc)
{
    run_format(obj, alloc, CBX_DISPLAY_XRGB8888, 4);
}

static void test_rgb565(void *obj, void *data, QGuestAllocator *alloc)
{
    run_format(obj, alloc, CBX_DISPLAY_RGB565, 2);
}

/* An idle screen reads nothing; a written page is read once. */
static void test_damage(void *obj, void *data, QGuestAllocator *alloc)
{
    uint64_t base = guest_alloc(alloc, 8 * 4096);
    g_autofree uint8_t *picture = NULL;
    uint64_t reads;
    QCbx *d = obj;

    picture = draw(d, base, 4);
    set_mode(d, CBX_DISPLAY_XRGB8888, base);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON), ==, CBX_STATUS_OK);
    expect_screen(d, picture, CBX_DISPLAY_XRGB8888);
    reads = cbx_stat(d, CBX_STAT_DMA_READS);
    g_assert_cmpint(reads, >, 0);
    expect_screen(d, picture, CBX_DISPLAY_XRGB8888);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, reads);
    qtest_writeb(d->qts, base, picture[0] ^= 0x55);
    expect_screen(d, picture, CBX_DISPLAY_XRGB8888);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, reads + 1);
}

static void test_bad_modes(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        uint32_t reg, value;
        uint16_t status;
    } bad[] = {
        { CBX_REG_DISPLAY_FORMAT, 0, CBX_STATUS_BAD_FLAGS },
        { CBX_REG_DISPLAY_FORMAT, 3, CBX_STATUS_BAD_FLAGS },
        { CBX_REG_DISPLAY_FORMAT, 0xffffffff, CBX_STATUS_BAD_FLAGS },
        { CBX_REG_DISPLAY_WIDTH, 0, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_WIDTH, 4097, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_WIDTH, 0x40000001, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_WIDTH, STRIDE / 4 + 1, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_HEIGHT, 0, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_HEIGHT, 4097, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_STRIDE, 16388, CBX_STATUS_BAD_LENGTH },
        { CBX_REG_DISPLAY_STRIDE, STRIDE + 2, CBX_STATUS_BAD_ALIGNMENT },
        { CBX_REG_DISPLAY_BASE_LO, 2, CBX_STATUS_BAD_ALIGNMENT },
    };
    uint64_t base = guest_alloc(alloc, STRIDE * HEIGHT);
    QCbx *d = obj;

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        set_mode(d, CBX_DISPLAY_XRGB8888, base);
        cbx_write32(d, bad[i].reg, bad[i].value);
        g_assert_cmpint(control(d, CBX_DISPLAY_ON), ==, bad[i].status);
        g_assert_cmpint(cbx_read32(d, CBX_REG_DISPLAY_CONTROL), ==, 0);
    }
    set_mode(d, CBX_DISPLAY_XRGB8888, UINT64_MAX - 3);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON), ==, CBX_STATUS_BAD_ADDRESS);
    g_assert_cmpint(control(d, CBX_DISPLAY_UPDATE), ==, CBX_STATUS_DISABLED);
    g_assert_cmpint(control(d, 0x80), ==, CBX_STATUS_BAD_FLAGS);

    /* Nothing there: black, and told. */
    set_mode(d, CBX_DISPLAY_XRGB8888, 0xf00000000000ull);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE), ==,
                    CBX_STATUS_BUS_ERROR);
    /* The mode stays while the screen is on. */
    cbx_write32(d, CBX_REG_DISPLAY_WIDTH, 1);
    g_assert_cmpint(cbx_read32(d, CBX_REG_DISPLAY_WIDTH), ==, WIDTH);
    g_assert_cmpint(cbx_read32(d, CBX_REG_ERROR), ==, CBX_STATUS_UNSUPPORTED);

    cbx_bus_master(d, false);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE), ==,
                    CBX_STATUS_NO_MASTER);
    cbx_bus_master(d, true);
    /* Its own registers are no picture. */
    control(d, 0);
    set_mode(d, CBX_DISPLAY_XRGB8888, d->regs.addr);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE), ==,
                    CBX_STATUS_BUS_ERROR);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    g_assert_cmpint(cbx_read32(d, CBX_REG_DISPLAY_CONTROL), ==, 0);
}

/* The other types have no screen. */
static void test_absent(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES) & CBX_FEATURE_DISPLAY, ==,
                    0);
    cbx_write32(d, CBX_REG_DISPLAY_WIDTH, 5);
    g_assert_cmpint(cbx_read32(d, CBX_REG_DISPLAY_WIDTH), ==, 0);
    cbx_write32(d, CBX_REG_DISPLAY_CONTROL, CBX_DISPLAY_ON);
    g_assert_cmpint(cbx_read32(d, CBX_REG_ERROR), ==, CBX_STATUS_UNSUPPORTED);
}

/* pause-frames=on: the machine stops for somebody to look at the picture. */
static void test_pause(void *obj, void *data, QGuestAllocator *alloc)
{
    uint64_t base = guest_alloc(alloc, STRIDE * HEIGHT);
    g_autofree uint8_t *picture = NULL;
    QCbx *d = obj;

    picture = draw(d, base, 4);
    set_mode(d, CBX_DISPLAY_XRGB8888, base);
    for (int i = 0; i < 2; i++) {
        control(d, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE);
        qtest_qmp_eventwait(d->qts, "STOP");
        expect_screen(d, picture, CBX_DISPLAY_XRGB8888);
        qtest_qmp_assert_success(d->qts, "{'execute': 'cont'}");
        qtest_qmp_eventwait(d->qts, "RESUME");
    }
}

/* ---- Migration --------------------------------------------------------- */

/* The screen shows the same elsewhere, and what is drawn there. */
static void test_migration(void *obj, void *data, QGuestAllocator *alloc)
{
    uint64_t base = guest_alloc(alloc, STRIDE * HEIGHT);
    g_autofree uint8_t *picture = NULL;
    QCbx *d = obj, there;
    uint64_t reads;

    picture = draw(d, base, 4);
    set_mode(d, CBX_DISPLAY_XRGB8888, base);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE), ==,
                    CBX_STATUS_OK);

    there = *d;
    there.qts = cbx_migrate(d->qts, "file:", &(QCbxTwin) { });
    for (uint32_t reg = CBX_REG_DISPLAY_CONTROL; reg <= CBX_REG_DISPLAY_SUM_HI;
         reg += 4) {
        g_assert_cmphex(cbx_read32(&there, reg), ==, cbx_read32(d, reg));
    }
    expect_screen(&there, picture, CBX_DISPLAY_XRGB8888);
    reads = cbx_stat(&there, CBX_STAT_DMA_READS);
    qtest_writeb(there.qts, base, picture[0] ^= 0x55);
    expect_screen(&there, picture, CBX_DISPLAY_XRGB8888);
    g_assert_cmpint(cbx_stat(&there, CBX_STAT_DMA_READS), ==, reads + 1);
    g_assert_cmpint(control(&there, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE), ==,
                    CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(&there, CBX_REG_DISPLAY_FRAMES), ==, 2);
    qtest_quit(there.qts);
    qos_invalidate_command_line();
}

/* A mode that the device would have refused, as the stream has it. */
static void test_bad_streams(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        uint32_t reg, value;
    } bad[] = {
        { CBX_REG_DISPLAY_CONTROL, CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE },
        { CBX_REG_DISPLAY_FORMAT, 0xffffffff },
        { CBX_REG_DISPLAY_WIDTH, 0x40000001 },
        { CBX_REG_DISPLAY_HEIGHT, 0 },
        { CBX_REG_DISPLAY_HEIGHT, 0xffffffff },
        { CBX_REG_DISPLAY_STRIDE, 0xfffffffc },
        { CBX_REG_DISPLAY_BASE_LO, 1 },
    };
    uint64_t base = guest_alloc(alloc, STRIDE * HEIGHT);
    QCbxTwin twin = { };
    QTestState *unaltered;
    QCbxStream m;
    QCbx *d = obj;

    set_mode(d, CBX_DISPLAY_XRGB8888, base);
    g_assert_cmpint(control(d, CBX_DISPLAY_ON), ==, CBX_STATUS_OK);
    cbx_stream_save(&m, d->qts);
    unaltered = cbx_stream_load(&m, m.length, &twin);
    g_assert_nonnull(unaltered);
    qtest_quit(unaltered);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        g_autofree char *path = g_strdup_printf("regs[%u]", bad[i].reg / 4);
        size_t size;
        uint8_t *field = cbx_stream_field(&m, path, &size);
        uint32_t kept = ldl_be_p(field);

        g_assert_cmpint(size, ==, 4);
        g_assert_cmphex(kept, !=, bad[i].value);
        stl_be_p(field, bad[i].value);
        g_test_message("%s = 0x%x", path, bad[i].value);
        g_assert_null(cbx_stream_load(&m, m.length, &twin));
        stl_be_p(field, kept);
    }
    cbx_stream_free(&m);
    qos_invalidate_command_line();
}

static void register_tests(void)
{
    QOSGraphTestOptions pausing = {
        .before = cbx_options,
        .arg = (void *)"-global cbx-display.pause-frames=on",
    };

    qos_add_test("xrgb8888", "cbx-display", test_xrgb8888, NULL);
    qos_add_test("rgb565", "cbx-display", test_rgb565, NULL);
    qos_add_test("damage", "cbx-display", test_damage, NULL);
    qos_add_test("bad-modes", "cbx-display", test_bad_modes, NULL);
    qos_add_test("pause", "cbx-display", test_pause, &pausing);
    qos_add_test("migration", "cbx-display", test_migration, NULL);
    qos_add_test("bad-streams", "cbx-display", test_bad_streams, NULL);
    qos_node_produces("cbx", "cbx-no-display");
    qos_add_test("absent", "cbx-no-display", test_absent, NULL);
}

libqos_init(register_tests);
