/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: what firmware tells the guest of coherence, in every place where it
 * does, and that the device agrees with it.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "libqos/fw_cfg.h"
#include "cbx-lib.h"

#define TABLES_MAX  (2 * MiB)
#define DTB_MAX     (1 * MiB)
/* Bus 80h, below which firmware finds an expander bridge. */
#define PXB "-device pxb-pcie,bus=pcie.0,bus_nr=128,id=pxb,addr=0x12"

#define PORT(n) "-device pcie-root-port,bus=pxb,id=below" #n ",chassis=" #n " "

/* Offsets in an IORT and in its nodes (Arm DEN 0049). */
#define IORT_COUNT          36
#define IORT_FIRST          40
#define NODE_ROOT_COMPLEX   2
#define NODE_LENGTH         1
#define NODE_CCA            16
#define NODE_FLAGS          23

static bool is_arm(void)
{
    return !strcmp(qtest_get_arch(), "aarch64");
}

/* The virt machine's registers are not where libqos looks for them. */
static void arm_select(QFWCFG *fw_cfg, uint16_t key)
{
    uint16_t big = cpu_to_be16(key);

    qtest_memwrite(fw_cfg->qts, fw_cfg->base + 8, &big, sizeof(big));
}

static void arm_read(QFWCFG *fw_cfg, void *data, size_t length)
{
    uint8_t *to = data;

    while (length--) {
        qtest_memread(fw_cfg->qts, fw_cfg->base, to++, 1);
    }
}

static uint8_t *acpi_tables(QCbx *d, size_t *size)
{
    QFWCFG arm = {
        .base = 0x09020000, .qts = d->qts, .select = arm_select,
        .read = arm_read,
    };
    QFWCFG *io = is_arm() ? NULL : io_fw_cfg_init(d->qts, 0x510);
    uint8_t *tables = g_malloc0(TABLES_MAX);

    *size = qfw_cfg_get_file(io ? io : &arm, "etc/acpi/tables", tables,
                             TABLES_MAX);
    g_assert_cmpuint(*size, >, 0);
    g_assert_cmpuint(*size, <, TABLES_MAX);
    if (io) {
        io_fw_cfg_uninit(io);
    }
    return tables;
}

/* Value of the first _CCA after the head of a Device; -1: there is none. */
static int cca_of(const uint8_t *tables, size_t size, const char *device)
{
    const uint8_t *end = tables + size;
    const uint8_t *at = tables;

    while ((at = memmem(at, end - at, device, 4))) {
        const uint8_t *cca;

        /* DeviceOp is two bytes, the length of the object up to four. */
        if (at - tables < 6 || !memmem(at - 6, 6, "\x5b\x82", 2)) {
            at++;
            continue;
        }
        cca = memmem(at, end - at, "\x08_CCA", 5);
        return cca && cca + 5 < end ? cca[5] : -1;
    }
    return -1;
}

/* The root complex in the IORT, or NULL. */
static const uint8_t *root_complex(const uint8_t *tables, size_t size)
{
    const uint8_t *iort = memmem(tables, size, "IORT", 4);
    const uint8_t *node;

    g_assert_nonnull(iort);
    node = iort + ldl_le_p(iort + IORT_FIRST);
    for (unsigned i = 0; i < ldl_le_p(iort + IORT_COUNT); i++) {
        if (node[0] == NODE_ROOT_COMPLEX) {
            return node;
        }
        node += lduw_le_p(node + NODE_LENGTH);
    }
    return NULL;
}

static bool dtb_noncoherent(QCbx *d)
{
    g_autofree uint8_t *dtb = g_malloc(DTB_MAX);

    cbx_memory_read(d, 0x40000000, dtb, DTB_MAX);
    g_assert_cmphex((uint32_t)ldl_be_p(dtb), ==, 0xd00dfeed);
    return memmem(dtb, DTB_MAX, "dma-noncoherent", 16);
}

static void expect(QCbx *d, int bridge, int pxb)
{
    size_t size;
    g_autofree uint8_t *tables = acpi_tables(d, &size);

    g_assert_cmpint(cca_of(tables, size, "PC80"), ==, pxb);
    if (is_arm()) {
        const uint8_t *rc = root_complex(tables, size);

        g_assert_cmpint(cca_of(tables, size, "PCI0"), ==, bridge);
        g_assert_nonnull(rc);
        g_assert_cmpuint(ldl_le_p(rc + NODE_CCA), ==, bridge);
        g_assert_cmphex(rc[NODE_FLAGS], ==, bridge ? 3 : 0);
        g_assert_cmpint(dtb_noncoherent(d), ==, !bridge);
    }
}

static void test_coherent(void *obj, void *data, QGuestAllocator *alloc)
{
    expect(obj, 1, is_arm() ? 1 : -1);
}

static void test_segment(void *obj, void *data, QGuestAllocator *alloc)
{
    expect(obj, 0, 0);
}

static void test_bridge(void *obj, void *data, QGuestAllocator *alloc)
{
    expect(obj, 1, 0);
}

/* The device is there only if it agrees with the platform, or may not ask. */
static void test_refused(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        bool cca;
        bool check;
        bool accepted;
    } cases[] = {
        { true, true, false }, { true, false, true }, { false, true, true },
    };
    QCbx *d = obj;

    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *port = g_strdup_printf("below%u", i);
        QDict *reply = qtest_qmp(d->qts,
            "{'execute': 'device_add', 'arguments': {'driver': 'cbx', "
            "'bus': %s, 'coherence': 'off', 'cca': %i, 'check-platform': %i}}",
            port, cases[i].cca, cases[i].check);

        g_assert_cmpint(qdict_haskey(reply, "return"), ==, cases[i].accepted);
        if (!cases[i].accepted) {
            g_assert_nonnull(strstr(qdict_get_str(qdict_get_qdict(reply,
                "error"), "desc"), "but the platform declares DMA"));
        }
        qobject_unref(reply);
    }
}

static void register_tests(void)
{
    QOSGraphTestOptions coherent = {
        .before = cbx_options, .arg = (char *)PXB,
    };
    QOSGraphTestOptions bridge = {
        .before = cbx_options, .arg = (char *)PXB ",dma-noncoherent=on",
    };
    QOSGraphTestOptions segment = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.cca=off "
                       "-machine pcie-dma-noncoherent=on " PXB,
    };
    QOSGraphTestOptions port_of_bridge = {
        .before = cbx_options,
        .arg = (char *)PXB ",dma-noncoherent=on " PORT(0) PORT(1) PORT(2),
    };

    qos_node_produces("cbx", "cbx-platform");
    qos_add_test("coherent", "cbx-platform", test_coherent, &coherent);
    qos_add_test("bridge", "cbx-platform", test_bridge, &bridge);
    qos_add_test("refused", "cbx-platform", test_refused, &port_of_bridge);
    if (is_arm()) {
        qos_add_test("segment", "cbx-platform", test_segment, &segment);
    }
}

libqos_init(register_tests);
