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
    g_assert_cmphex(cbx_read32(d, CBX_REG_RUN_FAULTS), ==,
                    CBX_DRIVER_FAULT_OMIT_CLEAN |
                    CBX_DRIVER_FAULT_INVALIDATE_EARLY);
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
            g_assert_cmphex(cbx_read32(d, offset), ==,
                            offset == CBX_REG_NET_VECTOR ? CBX_Q_VECTOR_NONE
                                                         : 0);
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

/* ---- Every register, by table ------------------------------------------ */

#define FAULT_BIT(n, id, name) | 1u << n
#define FULL 0xffffffff
#define PAIR(offset) { offset, FULL }, { (offset) + 4, FULL }

/* Bits that keep what is written; the other bits of BAR 0 keep nothing. */
static const struct {
    uint32_t offset;
    uint32_t bits;
} writable[] = {
    { CBX_ARM_MSI_CTL, CBX_ARM_MSI_VECTOR_MASK },
    { CBX_ARM_INTX_CTL, CBX_ARM_INTX_ASSERT },
    { CBX_ARM_DMA_CTL, 0x00000ff0 },
    { CBX_ARM_DMA_OFFSET, FULL },
    PAIR(CBX_ARM_BUS_ADDR_LO),
    { CBX_ARM_DMA_LEN, FULL },
    { CBX_ARM_PASID_VAL, CBX_ARM_PASID_MASK },
    { CBX_ARM_ATS_CTL, 0x0000001e },
    { CBX_ARM_RID_CTL, CBX_ARM_RID_VALID | CBX_ARM_RID_MASK },
    { CBX_ARM_TRACE_CTL, CBX_ARM_TRACE_ENABLE },
    PAIR(CBX_REG_SCRATCH_LO),
    { CBX_REG_BUF_API, FULL },
    { CBX_REG_BUF_ELEMENT, FULL },
    PAIR(CBX_REG_BUF_VA_LO),
    PAIR(CBX_REG_BUF_LOGICAL_LO),
    PAIR(CBX_REG_BUF_LENGTH_LO),
    PAIR(CBX_REG_BUF_MIN_LO),
    PAIR(CBX_REG_BUF_MAX_LO),
    PAIR(CBX_REG_BUF_ALIGN_LO),
    { CBX_REG_BUF_CACHE, FULL },
    { CBX_REG_BUF_NODE, FULL },
    { CBX_REG_BUF_ID, FULL },
    PAIR(CBX_REG_PROBE_LO),
    { CBX_REG_FAULTS, 0 CBX_FAULT_LIST(FAULT_BIT) },
    { CBX_REG_FAULT_SKIP, FULL },
    { CBX_REG_FAULT_LIMIT, FULL },
    { CBX_REG_FAULT_DELAY, FULL },
    { CBX_REG_NET_VECTOR, FULL },
    PAIR(CBX_REG_QUEUE(0, CBX_Q_RING_LO)),
    PAIR(CBX_REG_QUEUE(0, CBX_Q_CQ_LO)),
    { CBX_REG_QUEUE(0, CBX_Q_ENTRIES), FULL },
    { CBX_REG_QUEUE(0, CBX_Q_VECTOR), FULL },
};

/* Writing does something, or reading does. Each has tests of its own. */
static const uint32_t commands[] = {
    CBX_ARM_TRACE_DATA, CBX_REG_CONTROL, CBX_REG_ERROR, CBX_REG_BUF_COMMAND,
    CBX_REG_PROBE_COMMAND, CBX_REG_REPORT_DATA, CBX_REG_REPORT_DATA + 4,
    CBX_REG_REPORT_COMMIT,
    CBX_REG_REPORT(CBX_REPORT_PORT_SYSTEM, CBX_REG_REPORT_DATA),
    CBX_REG_REPORT(CBX_REPORT_PORT_SYSTEM, CBX_REG_REPORT_DATA) + 4,
    CBX_REG_REPORT(CBX_REPORT_PORT_SYSTEM, CBX_REG_REPORT_COMMIT),
    CBX_REG_QUEUE(0, CBX_Q_CONTROL),
};

static uint32_t writable_bits(uint32_t offset)
{
    for (unsigned i = 0; i < ARRAY_SIZE(writable); i++) {
        if (writable[i].offset == offset) {
            return writable[i].bits;
        }
    }
    return 0;
}

static bool is_command(uint32_t offset)
{
    for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
        if (commands[i] == offset) {
            return true;
        }
    }
    return false;
}

static void test_writable(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    for (uint32_t at = 0; at < CBX_REG_DOORBELL_BASE; at += 4) {
        uint32_t bits = writable_bits(at);
        uint32_t before, rest;

        if (is_command(at)) {
            continue;
        }
        before = cbx_read32(d, at);
        rest = before & ~bits;
        g_test_message("register %x", at);
        cbx_write32(d, at, FULL);
        g_assert_cmphex(cbx_read32(d, at), ==, rest | bits);
        cbx_write32(d, at, 0);
        g_assert_cmphex(cbx_read32(d, at), ==, rest);
        cbx_write32(d, at, before);
    }
}

/* Bytes and words change what they cover and nothing else. */
static void test_byte_enables(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    for (unsigned i = 0; i < ARRAY_SIZE(writable); i++) {
        uint32_t at = writable[i].offset, bits = writable[i].bits;
        uint64_t address = d->regs.addr + at;
        uint32_t before = cbx_read32(d, at);

        g_test_message("register %x", at);
        for (unsigned size = 1; size <= 2; size++) {
            uint32_t lanes = size == 1 ? 0xff : 0xffff;

            for (unsigned byte = 0; byte + size <= 4; byte++) {
                uint32_t covered = lanes << 8 * byte;
                uint32_t value;

                cbx_write32(d, at, 0);
                if (size == 1) {
                    qtest_writeb(d->qts, address + byte, 0xff);
                } else {
                    qtest_writew(d->qts, address + byte, 0xffff);
                }
                value = cbx_read32(d, at);
                g_assert_cmphex(value, ==, bits & covered);
                g_assert_cmphex(qtest_readb(d->qts, address + byte), ==,
                                (value >> 8 * byte) & 0xff);
            }
        }
        cbx_write32(d, at, before);
    }
}

/* Two registers at a time, aligned or not. */
static void test_eight_bytes(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    for (uint32_t at = 0; at + 4 < CBX_REG_DOORBELL_BASE; at += 4) {
        uint64_t bits = writable_bits(at) |
                        (uint64_t)writable_bits(at + 4) << 32;
        uint64_t before, rest;

        if (is_command(at) || is_command(at + 4)) {
            continue;
        }
        before = cbx_read32(d, at) | (uint64_t)cbx_read32(d, at + 4) << 32;
        rest = before & ~bits;
        g_test_message("register %x", at);
        g_assert_cmphex(cbx_read64(d, at), ==, before);
        cbx_write64(d, at, UINT64_MAX);
        g_assert_cmphex(cbx_read64(d, at), ==, rest | bits);
        cbx_write64(d, at, 0);
        g_assert_cmphex(cbx_read64(d, at), ==, rest);
        cbx_write64(d, at, before);
    }
}

static void test_read_only(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint32_t registers[] = {
        CBX_REG_MAGIC, CBX_REG_VERSION, CBX_REG_FEATURES, CBX_REG_ADDR_BITS,
        CBX_REG_QUEUES, CBX_REG_VECTORS, CBX_REG_MEM_SIZE_LO, CBX_REG_SEED_LO,
        CBX_REG_RUN_APIS_LO, CBX_REG_RUN_FAULTS,
        CBX_REG_BUF_FACTS, CBX_REG_BUF_SUM_LO,
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
               "-global cbx.driver-faults=driver-omit-clean:"
               "driver-invalidate-early "
               "-global cbx.faults=lost-interrupt:flip-bit",
    };

    qos_node_produces("cbx", "cbx-regs");
    qos_add_test("identity", "cbx-regs", test_identity, NULL);
    qos_add_test("port-type", "cbx-regs", test_port_type, NULL);
    qos_add_test("reset-values", "cbx-regs", test_reset_values, NULL);
    qos_add_test("access-sizes", "cbx-regs", test_access_sizes, NULL);
    qos_add_test("read-only", "cbx-regs", test_read_only, NULL);
    qos_add_test("writable", "cbx-regs", test_writable, NULL);
    qos_add_test("byte-enables", "cbx-regs", test_byte_enables, NULL);
    qos_add_test("eight-bytes", "cbx-regs", test_eight_bytes, NULL);
    qos_add_test("arm-identity", "cbx-regs", test_arm_identity, &arm);
    qos_add_test("properties", "cbx-regs", test_properties, &properties);
}

libqos_init(register_tests);
