/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: identification, reset values, access sizes.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

static void test_identity(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_VENDOR_ID), ==,
                    CBX_PCI_VENDOR_ID);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_DEVICE_ID), ==,
                    CBX_PCI_DEVICE_ID);
    g_assert_cmpint(qpci_config_readb(&d->pci, PCI_INTERRUPT_PIN), ==, 1);
    g_assert_cmpint(qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0), !=, 0);
    g_assert_cmpint(qpci_find_capability(&d->pci, PCI_CAP_ID_PM, 0), !=, 0);
    g_assert_cmpint(qpci_find_capability(&d->pci, PCI_CAP_ID_MSI, 0), !=, 0);
    g_assert_cmpint(qpci_find_capability(&d->pci, PCI_CAP_ID_MSIX, 0), !=, 0);

    g_assert_cmphex(cbx_read32(d, CBX_REG_MAGIC), ==, CBX_MAGIC);
    g_assert_cmphex(cbx_read32(d, CBX_REG_VERSION), ==, CBX_ABI_VERSION);
    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES), ==,
                    CBX_FEATURE_QUEUES | CBX_FEATURE_ORACLE |
                    CBX_FEATURE_REPORT);
    g_assert_cmpint(cbx_read32(d, CBX_REG_ADDR_BITS), ==, 64);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUES), ==, 1);
    g_assert_cmpint(cbx_read32(d, CBX_REG_VECTORS), ==, 16);
    g_assert_cmpint(cbx_read64(d, CBX_REG_MEM_SIZE_LO), ==, CBX_MEM_SIZE_MIN);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SEED_LO), ==, 0x434258);
}

/* An endpoint on a root bus has to say that it is integrated. */
static void test_port_type(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0);
    uint16_t flags = qpci_config_readw(&d->pci, cap + PCI_EXP_FLAGS);

    g_assert_cmpint((flags & PCI_EXP_FLAGS_TYPE) >> 4, ==, PCI_EXP_TYPE_RC_END);
    g_assert_cmpint(flags & PCI_EXP_FLAGS_VERS, ==, 2);
}

static void test_arm_identity(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmphex(qpci_config_readl(&d->pci, PCI_VENDOR_ID), ==, 0xed0113b5);
    g_assert_cmphex(qpci_config_readl(&d->pci, PCI_CLASS_REVISION), ==,
                    0xed000000);
    g_assert_cmphex(cbx_read32(d, CBX_REG_MAGIC), ==, CBX_MAGIC);
}

static void test_properties(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmpint(cbx_read32(d, CBX_REG_ADDR_BITS), ==, 40);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUES), ==, 16);
    g_assert_cmpint(cbx_read32(d, CBX_REG_VECTORS), ==, 2048);
    g_assert_cmpint(cbx_read64(d, CBX_REG_MEM_SIZE_LO), ==, 4 * 1024 * 1024);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SEED_LO), ==, 0x123456789abcdef0);
    g_assert_cmphex(cbx_read64(d, CBX_REG_RUN_APIS_LO), ==,
                    1ull << CBX_API_ALLOCATE_COMMON_BUFFER |
                    1ull << CBX_API_VIDEOPORT_GET);
    g_assert_cmphex(cbx_read32(d, CBX_REG_FAULTS), ==,
                    CBX_FAULT_FLIP_BIT | CBX_FAULT_LOST_IRQ);
    g_assert_cmpint(qpci_msix_table_size(&d->pci), ==, 2048);
}

/* What the registers that are not in test_identity() read after reset. */
static void test_reset_values(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint32_t offset;

    for (offset = 0; offset < CBX_ARM_END; offset += 4) {
        g_assert_cmphex(cbx_read32(d, offset), ==,
                        offset == CBX_ARM_TRACE_DATA ? CBX_ARM_TRACE_EMPTY : 0);
    }
    for (offset = CBX_REG_CONTROL; offset < CBX_REG_QUEUE_BASE; offset += 4) {
        if (offset != CBX_REG_SEED_LO) {
            g_assert_cmphex(cbx_read32(d, offset), ==, 0);
        }
    }
    for (offset = 0; offset < CBX_REG_QUEUE_STRIDE; offset += 4) {
        g_assert_cmphex(cbx_read32(d, CBX_REG_QUEUE(0, offset)), ==,
                        offset == CBX_Q_VECTOR ? CBX_Q_VECTOR_NONE : 0);
        g_assert_cmphex(cbx_read32(d, CBX_REG_QUEUE(1, offset)), ==, 0);
    }
    g_assert_cmphex(cbx_read32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL)), ==, 0);
    g_assert_cmphex(cbx_read32(d, CBX_BAR_REGS_SIZE - 4), ==, 0);
}

static void test_access_sizes(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t scratch = d->regs.addr + CBX_REG_SCRATCH_LO;
    uint8_t bytes[6];

    cbx_write64(d, CBX_REG_SCRATCH_LO, 0x8877665544332211);
    for (unsigned i = 0; i < 8; i++) {
        g_assert_cmphex(qtest_readb(d->qts, scratch + i), ==, 0x11 * (i + 1));
    }
    g_assert_cmphex(qtest_readw(d->qts, scratch + 2), ==, 0x4433);
    g_assert_cmphex(cbx_read32(d, CBX_REG_SCRATCH_HI), ==, 0x88776655);

    qtest_writeb(d->qts, scratch + 1, 0xaa);
    qtest_writew(d->qts, scratch + 6, 0xbbcc);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SCRATCH_LO), ==, 0xbbcc66554433aa11);

    /* Misaligned, across the two registers. */
    qtest_memread(d->qts, scratch + 1, bytes, sizeof(bytes));
    g_assert_cmpmem(bytes, 6, "\xaa\x33\x44\x55\x66\xcc", 6);
    qtest_writel(d->qts, scratch + 2, 0x01020304);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SCRATCH_LO), ==, 0xbbcc01020304aa11);
}

static void test_read_only(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint32_t registers[] = {
        CBX_REG_MAGIC, CBX_REG_VERSION, CBX_REG_FEATURES, CBX_REG_ADDR_BITS,
        CBX_REG_QUEUES, CBX_REG_VECTORS, CBX_REG_MEM_SIZE_LO, CBX_REG_SEED_LO,
        CBX_REG_RUN_APIS_LO, CBX_REG_BUF_FACTS, CBX_REG_BUF_SUM_LO,
        CBX_REG_PROBE_STATUS, CBX_REG_STAT_BASE, CBX_ARM_ATS_ADDR_LO,
        CBX_ARM_ATS_PERM, CBX_REG_QUEUE(0, CBX_Q_STATUS),
        CBX_REG_QUEUE(0, CBX_Q_HEAD), CBX_REG_QUEUE(0, CBX_Q_CQ_TAIL),
    };
    QCbx *d = obj;

    for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
        uint32_t before = cbx_read32(d, registers[i]);

        cbx_write32(d, registers[i], ~before);
        g_assert_cmphex(cbx_read32(d, registers[i]), ==, before);
    }
    cbx_write32(d, CBX_REG_FAULTS, 0xffffffff);
    g_assert_cmphex(cbx_read32(d, CBX_REG_FAULTS), ==,
                    CBX_FAULT_STUCK * 2 - 1);
}

static void register_tests(void)
{
    QOSGraphTestOptions arm = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.arm-id=on",
    };
    QOSGraphTestOptions properties = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.addr-bits=40 -global cbx.queues=16 "
               "-global cbx.vectors=2048 -global cbx.mem-size=4M "
               "-global cbx.seed=0x123456789abcdef0 "
               "-global cbx.apis=AllocateCommonBuffer:VideoPortGetCommonBuffer "
               "-global cbx.faults=lost-interrupt:flip-bit",
    };

    qos_add_test("identity", "cbx", test_identity, NULL);
    qos_add_test("port-type", "cbx", test_port_type, NULL);
    qos_add_test("reset-values", "cbx", test_reset_values, NULL);
    qos_add_test("access-sizes", "cbx", test_access_sizes, NULL);
    qos_add_test("read-only", "cbx", test_read_only, NULL);
    qos_add_test("arm-identity", "cbx", test_arm_identity, &arm);
    qos_add_test("properties", "cbx", test_properties, &properties);
}

libqos_init(register_tests);
