/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: Arm's register block - single-shot DMA and the transaction monitor.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define SEED        0x5eed
#define OTHER_SEED  0x0dd
#define AREA        (128 * 1024)

static void test_dma_sizes(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint32_t sizes[] = { 1, 2, 3, 4095, 4096, 4097, 65537 };
    static const uint32_t shifts[] = { 0, 1, 4093 };
    QCbx *d = obj;
    uint64_t from = guest_alloc(alloc, AREA);
    uint64_t to = guest_alloc(alloc, AREA);

    cbx_put_pattern(d, from, SEED, AREA);
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        for (unsigned j = 0; j < ARRAY_SIZE(shifts); j++) {
            uint32_t n = sizes[i], at = shifts[j];
            g_autofree uint8_t *expected = g_malloc(n + 2);
            g_autofree uint8_t *seen = g_malloc(n + 2);

            qtest_memset(d->qts, to, 0xee, n + at + 2);
            memset(expected, 0xee, n + 2);
            qtest_bufread(d->qts, from + at, expected + 1, n);

            g_assert_cmpint(cbx_dma(d, 0, from + at, at, n), ==,
                            CBX_ARM_DMA_OK);
            g_assert_cmphex(cbx_read32(d, CBX_ARM_DMA_CTL), ==, 0);
            g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, to + at + 1,
                                    at, n), ==, CBX_ARM_DMA_OK);
            qtest_bufread(d->qts, to + at, seen, n + 2);
            g_assert_cmpmem(seen, n + 2, expected, n + 2);
        }
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, 21);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_WRITES), ==, 21);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), ==,
                    cbx_stat(d, CBX_STAT_BYTES_WRITTEN));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_ERRORS), ==, 0);
}

static void test_dma_range(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = guest_alloc(alloc, 4096);
    uint32_t end = CBX_MEM_SIZE_MIN;

    cbx_put_pattern(d, buffer, SEED, 4096);
    cbx_put_pattern(d, d->mem.addr + end - 64, OTHER_SEED, 64);

    g_assert_cmpint(cbx_dma(d, 0, buffer, end - 63, 64), ==,
                    CBX_ARM_DMA_ERR_RANGE);
    g_assert_cmpint(cbx_dma(d, 0, buffer, end, 1), ==, CBX_ARM_DMA_ERR_RANGE);
    g_assert_cmpint(cbx_dma(d, 0, buffer, UINT32_MAX, 2), ==,
                    CBX_ARM_DMA_ERR_RANGE);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, buffer, 0, end + 1),
                    ==, CBX_ARM_DMA_ERR_RANGE);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr + end - 64, OTHER_SEED,
                                        64), ==, 64);
    g_assert_cmpint(cbx_find_difference(d, buffer, SEED, 4096), ==, 4096);

    /* Cleared by bit 2 of the status, and only by it. */
    cbx_write32(d, CBX_ARM_DMA_STATUS, 0);
    g_assert_cmpint(cbx_read32(d, CBX_ARM_DMA_STATUS), ==,
                    CBX_ARM_DMA_ERR_RANGE);
    cbx_write32(d, CBX_ARM_DMA_STATUS, CBX_ARM_DMA_STATUS_CLEAR);
    g_assert_cmpint(cbx_read32(d, CBX_ARM_DMA_STATUS), ==, CBX_ARM_DMA_OK);

    g_assert_cmpint(cbx_dma(d, 0, buffer, end - 64, 64), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr + end - 64, SEED, 64),
                    ==, 64);
}

static void test_dma_refused(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint32_t controls[] = {
        CBX_ARM_DMA_AT_TRANSLATED << CBX_ARM_DMA_AT_SHIFT,
        CBX_ARM_DMA_AT_RESERVED << CBX_ARM_DMA_AT_SHIFT,
        CBX_ARM_DMA_PASID, CBX_ARM_DMA_USE_ATC,
    };
    QCbx *d = obj;
    uint64_t buffer = guest_alloc(alloc, 4096);

    cbx_put_pattern(d, buffer, SEED, 64);
    qtest_memset(d->qts, d->mem.addr, 0, 64);
    for (unsigned i = 0; i < ARRAY_SIZE(controls); i++) {
        g_assert_cmpint(cbx_dma(d, controls[i], buffer, 0, 64), ==,
                        CBX_ARM_DMA_ERR_INTERNAL);
        g_assert_cmphex(cbx_read32(d, CBX_ARM_DMA_CTL), ==,
                        controls[i] & ~CBX_ARM_DMA_AT_MASK);
    }
    g_assert_cmpint(cbx_dma(d, 0, buffer, 0, 0), ==, CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmpint(cbx_dma(d, 0, CBX_NOWHERE, 0, 64), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_REC_MASTER_ABORT, !=, 0);
    g_assert_cmphex(qtest_readl(d->qts, d->mem.addr), ==, 0);

    /* Codes 2 to 15 start nothing. */
    cbx_write64(d, CBX_ARM_BUS_ADDR_LO, buffer);
    cbx_write32(d, CBX_ARM_DMA_LEN, 64);
    for (uint32_t code = 2; code < 16; code++) {
        cbx_write32(d, CBX_ARM_DMA_CTL, code | CBX_ARM_DMA_NO_SNOOP);
        g_assert_cmphex(cbx_read32(d, CBX_ARM_DMA_CTL), ==,
                        CBX_ARM_DMA_NO_SNOOP);
    }
    g_assert_cmphex(qtest_readl(d->qts, d->mem.addr), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, 0);

    cbx_write32(d, CBX_ARM_DMA_CTL, CBX_ARM_DMA_TRIGGER);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, SEED, 64), ==, 64);
}

/* A device that writes to its own registers is cut off, not recursed into. */
static void test_dma_to_itself(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    cbx_write64(d, CBX_REG_SCRATCH_LO, 0x1111);
    qtest_memset(d->qts, d->mem.addr, 0x22, 64);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE,
                            d->regs.addr + CBX_REG_SCRATCH_LO, 0, 8), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SCRATCH_LO), ==, 0x1111);

    /* Its memory is RAM: overlapping copies behave as with memmove(). */
    cbx_put_pattern(d, d->mem.addr, SEED, 8192);
    g_assert_cmpint(cbx_dma(d, 0, d->mem.addr, 8, 4096), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr + 8, SEED, 4096), ==,
                    4096);
}

/* Values that Arm's tests leave in the block; none of them may do anything. */
static void test_scribble(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t regs = d->regs.addr;

    cbx_write32(d, CBX_ARM_MSI_CTL, 0xdeaddaed);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_MSI_CTL), ==, 0x2ed);
    cbx_write32(d, CBX_ARM_MSI_CTL, 0xabcdabcd);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_MSI_CTL), ==, 0x3cd);
    qtest_writeb(d->qts, regs, 0x11);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_MSI_CTL), ==, 0x311);
    for (unsigned i = 0; i < 8; i += 2) {
        qtest_writew(d->qts, regs + i, 0xabcd);
    }
    g_assert_cmphex(cbx_read32(d, CBX_ARM_INTX_CTL), ==, 1);
    for (unsigned i = 0; i < 16; i += 4) {
        qtest_writel(d->qts, regs + i, 0xc0dec0de);
    }
    for (unsigned i = 0; i < 32; i += 8) {
        qtest_writeq(d->qts, regs + i, 0xcafecafecafecafe);
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_WRITES), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_ERRORS), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 0);
    for (unsigned i = 0; i < 32; i += 8) {
        qtest_writeq(d->qts, regs + i, 0);
    }
    for (unsigned i = 0; i < 32; i += 4) {
        g_assert_cmphex(cbx_read32(d, i), ==, 0);
    }
    /* "request translation" neither succeeds nor stays in flight */
    cbx_write32(d, CBX_ARM_ATS_CTL, 0x1);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_ATS_CTL), ==, 0);
}

/* ---- Monitor ----------------------------------------------------------- */

typedef struct Record {
    uint32_t attributes;
    uint64_t address;
    uint64_t value;
} Record;

static Record monitor_take(QCbx *d)
{
    uint32_t w[5];

    for (unsigned i = 0; i < 5; i++) {
        w[i] = cbx_read32(d, CBX_ARM_TRACE_DATA);
    }
    return (Record) {
        w[0], w[1] | (uint64_t)w[2] << 32, w[3] | (uint64_t)w[4] << 32,
    };
}

static void monitor_expect(QCbx *d, uint32_t attributes, uint64_t address,
                           uint64_t value)
{
    Record r = monitor_take(d);

    g_assert_cmphex(r.attributes, ==, attributes);
    g_assert_cmphex(r.address, ==, address);
    g_assert_cmphex(r.value, ==, value);
}

static void monitor_expect_empty(QCbx *d)
{
    g_assert_cmphex(cbx_read32(d, CBX_ARM_TRACE_DATA), ==, CBX_ARM_TRACE_EMPTY);
}

static void test_monitor(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t scratch = d->regs.addr + CBX_REG_SCRATCH_LO;
    uint32_t config = CBX_TEST_DEVFN << 12;

    monitor_expect_empty(d);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    monitor_expect_empty(d);

    qtest_writeb(d->qts, scratch, 0x12);
    qtest_writew(d->qts, scratch + 2, 0x3456);
    qtest_writeq(d->qts, scratch, 0xcafecafecafecafe);
    qtest_readl(d->qts, scratch + 4);
    qpci_config_readw(&d->pci, PCI_VENDOR_ID);
    qpci_config_writel(&d->pci, PCI_CACHE_LINE_SIZE, 0);
    cbx_read32(d, CBX_ARM_TRACE_CTL);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    cbx_read32(d, CBX_REG_MAGIC);

    monitor_expect(d, 1u << 16, scratch, 0x12);
    monitor_expect(d, 1u << 17, scratch + 2, 0x3456);
    monitor_expect(d, 1u << 19, scratch, 0xcafecafecafecafe);
    monitor_expect(d, 1u << 18 | 2, scratch + 4, 0xcafecafe);
    monitor_expect(d, 1u << 17 | 4 | 2, config, CBX_PCI_VENDOR_ID);
    monitor_expect(d, 1u << 18 | 4, config | PCI_CACHE_LINE_SIZE, 0);
    monitor_expect_empty(d);
    monitor_expect_empty(d);
}

static void test_monitor_full(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    for (unsigned i = 0; i < CBX_ARM_TRACE_DEPTH + 4; i++) {
        cbx_write32(d, CBX_REG_SCRATCH_LO, i);
    }
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    for (unsigned i = 0; i < CBX_ARM_TRACE_DEPTH; i++) {
        g_assert_cmphex(monitor_take(d).value, ==, i);
    }
    monitor_expect_empty(d);

    /* Starting forgets what nobody has read. */
    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    cbx_write32(d, CBX_REG_SCRATCH_LO, 0x77);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    monitor_expect_empty(d);
}

/* ---- What Arm's tests take for granted --------------------------------- */

#define CONFIG_SIZE 4096

static uint16_t port_errors(QCbx *d)
{
    uint8_t cap = qpci_find_capability(&d->port, PCI_CAP_ID_EXP, 0);

    return qpci_config_readw(&d->port, cap + PCI_EXP_DEVSTA) &
           PCI_EXP_DEVSTA_URD;
}

static uint16_t aborted(QCbx *d)
{
    return qpci_config_readw(&d->pci, PCI_STATUS) & PCI_STATUS_REC_MASTER_ABORT;
}

/* Every register of configuration space written with what it reads. */
static void write_back_config(QCbx *d)
{
    uint64_t config = cbx_ecam(d) + (1ull << 20);
    uint32_t before[CONFIG_SIZE / 4];

    g_assert_cmphex(qtest_readl(d->qts, config), ==, 0xed0113b5);
    for (unsigned i = 0; i < CONFIG_SIZE / 4; i++) {
        before[i] = qtest_readl(d->qts, config + 4 * i);
        qtest_writel(d->qts, config + 4 * i, before[i]);
    }
    for (unsigned i = 0; i < CONFIG_SIZE / 4; i++) {
        g_assert_cmphex(qtest_readl(d->qts, config + 4 * i), ==, before[i]);
    }
}

static void test_self_check(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 8192);
    uint64_t scratch = d->regs.addr + CBX_REG_SCRATCH_LO;

    monitor_expect_empty(d);

    /* A message of an index that does not exist is silent. */
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 0x7ff);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 0);

    /* What starts something reads 0 when the write has returned. */
    g_assert_cmphex(cbx_read32(d, CBX_ARM_MSI_CTL) & CBX_ARM_MSI_TRIGGER, ==,
                    0);
    cbx_write32(d, CBX_ARM_ATS_CTL, 1);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_ATS_CTL) & 1, ==, 0);

    /* One byte at any alignment; 2 KiB across pages. */
    cbx_put_pattern(d, a, SEED, 8192);
    for (unsigned i = 0; i < 8; i++) {
        g_assert_cmpint(cbx_dma(d, 0, a + i, 64 + 3 * i, 1), ==,
                        CBX_ARM_DMA_OK);
        g_assert_cmphex(qtest_readb(d->qts, d->mem.addr + 64 + 3 * i), ==,
                        cbx_pattern_byte(SEED, i));
        g_assert_cmphex(cbx_read32(d, CBX_ARM_DMA_CTL)
                        & CBX_ARM_DMA_TRIGGER_MASK, ==, 0);
    }
    g_assert_cmpint(cbx_dma(d, 0, a + 4096 - 1000, 0, 2048), ==,
                    CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, a, 0, 2048), ==,
                    CBX_ARM_DMA_OK);

    /* Eight bytes are one record; the log ends in ones and START empties it. */
    cbx_write32(d, CBX_ARM_TRACE_CTL, CBX_ARM_TRACE_ENABLE);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    monitor_take(d);
    monitor_expect_empty(d);
    cbx_write32(d, CBX_ARM_TRACE_CTL, CBX_ARM_TRACE_ENABLE);
    qtest_writeq(d->qts, scratch, 0x1122334455667788);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    monitor_expect(d, 1u << 19, scratch, 0x1122334455667788);
    monitor_take(d);
    monitor_expect_empty(d);
    cbx_write32(d, CBX_ARM_TRACE_CTL, CBX_ARM_TRACE_ENABLE);
    qtest_writeq(d->qts, scratch, 1);
    cbx_write32(d, CBX_ARM_TRACE_CTL, CBX_ARM_TRACE_ENABLE);
    monitor_expect_empty(d);

    write_back_config(d);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 16), ==, CBX_ARM_DMA_OK);

    /* The port above and the status register tell of an abort, only then. */
    g_assert_cmphex(port_errors(d), ==, 0);
    g_assert_cmphex(aborted(d), ==, 0);
    qpci_config_writew(&d->port, PCI_COMMAND, PCI_COMMAND_MEMORY);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 16), ==, CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(port_errors(d), !=, 0);
    g_assert_cmphex(aborted(d), !=, 0);
}

static void register_tests(void)
{
    QOSGraphTestOptions arm = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.arm-id=on",
    };

    qos_node_produces("cbx", "cbx-exerciser");
    qos_add_test("self-check", "cbx-port", test_self_check, &arm);
    qos_add_test("dma-sizes", "cbx-exerciser", test_dma_sizes, NULL);
    qos_add_test("dma-range", "cbx-exerciser", test_dma_range, NULL);
    qos_add_test("dma-refused", "cbx-exerciser", test_dma_refused, NULL);
    qos_add_test("dma-to-itself", "cbx-exerciser", test_dma_to_itself, NULL);
    qos_add_test("scribble", "cbx-exerciser", test_scribble, NULL);
    qos_add_test("monitor", "cbx-exerciser", test_monitor, NULL);
    qos_add_test("monitor-full", "cbx-exerciser", test_monitor_full, NULL);
}

libqos_init(register_tests);
