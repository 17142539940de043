/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: bus mastering, reset at any time.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define SEED    0x2e5e7
#define LARGE   (5 * MiB)

/* A queue with a transfer that one step does not finish. */
static void work_begin(QCbxQueue *q, QCbx *d, QGuestAllocator *alloc,
                       uint64_t address)
{
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .id = 0xf111, .address = address, .length = LARGE,
        .argument = SEED,
    };
    CbxCompletion c;

    cbx_queue_start(q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_place(q, &fill);
    cbx_queue_ring(q);
    qtest_clock_step_next(d->qts);
    g_assert_false(cbx_queue_poll(q, &c));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_WRITTEN), >, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_WRITTEN), <, LARGE);
}

static void save_bars(QCbx *d, uint32_t *bars)
{
    for (unsigned i = 0; i < 6; i++) {
        bars[i] = qpci_config_readl(&d->pci, PCI_BASE_ADDRESS_0 + 4 * i);
    }
}

static void restore_bars(QCbx *d, const uint32_t *bars)
{
    for (unsigned i = 0; i < 6; i++) {
        qpci_config_writel(&d->pci, PCI_BASE_ADDRESS_0 + 4 * i, bars[i]);
    }
    qpci_config_writew(&d->pci, PCI_COMMAND,
                       PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void expect_no_work(QCbxQueue *q, QCbx *d, uint64_t address)
{
    CbxCompletion c;

    qtest_memset(d->qts, address, 0, LARGE);
    cbx_settle(d);
    q->d = d;
    g_assert_false(cbx_queue_poll(q, &c));
    g_assert_cmphex(qtest_readl(d->qts, address + LARGE - 4), ==, 0);
}

static void expect_reset_values(QCbx *d)
{
    for (uint32_t offset = 0; offset < CBX_ARM_END; offset += 4) {
        g_assert_cmphex(cbx_read32(d, offset), ==,
                        offset == CBX_ARM_TRACE_DATA ? CBX_ARM_TRACE_EMPTY : 0);
    }
    g_assert_cmphex(cbx_read32(d, CBX_REG_MAGIC), ==, CBX_MAGIC);
    for (uint32_t offset = CBX_REG_RUN_APIS_LO; offset < CBX_REG_QUEUE_BASE;
         offset += 4) {
        g_assert_cmphex(cbx_read32(d, offset), ==,
                        offset == CBX_REG_NET_VECTOR ? CBX_Q_VECTOR_NONE : 0);
    }
    g_assert_cmphex(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL)), ==, 0);
    g_assert_cmphex(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_RING_LO)), ==, 0);
    g_assert_cmphex(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_HEAD)), ==, 0);
}

/* Something in every part of the device that reset has to undo. */
static void scatter_state(QCbx *d, uint64_t address)
{
    cbx_declare(d, address, 4096);
    cbx_probe(d, CBX_PROBE_READ, address);
    cbx_dma(d, CBX_ARM_DMA_NO_SNOOP, address, 16, 64);
    cbx_dma(d, 0, address, CBX_MEM_SIZE_MIN, 64);
    cbx_write32(d, CBX_ARM_RID_CTL, CBX_ARM_RID_VALID | 0x123);
    cbx_write32(d, CBX_ARM_RID_CTL, 0x123);
    cbx_write32(d, CBX_ARM_PASID_VAL, 0x12345);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    cbx_write64(d, CBX_REG_SCRATCH_LO, 0x1234567812345678);
    cbx_read32(d, CBX_ARM_TRACE_DATA);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_SHORT);
    cbx_write32(d, CBX_REG_FAULT_SKIP, 5);
    cbx_write32(d, CBX_REG_REPORT_DATA, 0x41414141);
    cbx_report(d, CBX_REPORT_TEXT, "bad", 3);
    cbx_write32(d, CBX_REG_REPORT_DATA, 0x41414141);
}

static void test_control_reset(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);

    work_begin(&q, d, alloc, a);
    scatter_state(d, a);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    expect_reset_values(d);
    expect_no_work(&q, d, a);
    /* Nothing of the record is left, and PCI configuration is. */
    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, "a\0b", 4), ==,
                    CBX_STATUS_OK);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_COMMAND) &
                    PCI_COMMAND_MASTER, !=, 0);
}

static void test_function_level_reset(void *obj, void *data,
                                      QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);
    uint32_t bars[6];

    work_begin(&q, d, alloc, a);
    scatter_state(d, a);
    save_bars(d, bars);
    cbx_function_level_reset(d);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_COMMAND), ==, 0);
    g_assert_cmphex(qpci_config_readl(&d->pci, PCI_BASE_ADDRESS_0), !=,
                    bars[0]);
    restore_bars(d, bars);
    cbx_bus_master(d, false);
    expect_reset_values(d);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 16), ==, CBX_ARM_DMA_ERR_INTERNAL);
    cbx_bus_master(d, true);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 16), ==, CBX_ARM_DMA_OK);
    expect_no_work(&q, d, a);
}

static void test_disable(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);

    work_begin(&q, d, alloc, a);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
    expect_no_work(&q, d, a);
    g_assert_cmpint(cbx_take_error(d), ==, CBX_STATUS_OK);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    g_assert_cmpint(cbx_queue_do(&q, &(CbxDescriptor) { .id = 9 }).id, ==, 9);
}

static void test_bus_master(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);

    cbx_put_pattern(d, a, SEED, 64);
    cbx_bus_master(d, false);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 64), ==, CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_REC_MASTER_ABORT, ==, 0);
    cbx_bus_master(d, true);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 64), ==, CBX_ARM_DMA_OK);

    /* In the middle: there is nowhere to write a completion to. */
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    work_begin(&q, d, alloc, a);
    cbx_bus_master(d, false);
    expect_no_work(&q, d, a);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_NO_MASTER);
}

/* Neither does a function that is not in D0 start anything. */
static void test_power_state(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);
    uint8_t pm = qpci_find_capability(&d->pci, PCI_CAP_ID_PM, 0);

    work_begin(&q, d, alloc, a);
    qpci_config_writew(&d->pci, pm + PCI_PM_CTRL, 3);
    qtest_memset(d->qts, a, 0, LARGE);
    cbx_settle(d);
    g_assert_cmphex(qtest_readl(d->qts, a + LARGE - 4), ==, 0);
    qpci_config_writew(&d->pci, pm + PCI_PM_CTRL, 0);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_NO_MASTER);
}

/* ---- Reset by its own DMA ---------------------------------------------- */

/* Device Control with the bit that resets, ready to be sent out. */
static uint64_t place_reset(QCbx *d)
{
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0);
    uint64_t target = cbx_ecam(d) + (CBX_TEST_DEVFN << 12) + cap +
                      PCI_EXP_DEVCTL;

    g_assert_cmphex(qtest_readw(d->qts, target), ==,
                    qpci_config_readw(&d->pci, cap + PCI_EXP_DEVCTL));
    qtest_writew(d->qts, d->mem.addr, PCI_EXP_DEVCTL_BCR_FLR);
    return target;
}

static void test_reset_by_itself(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t target = place_reset(d);
    CbxDescriptor write = {
        .op = CBX_OP_WRITE, .address = target, .length = 2, .id = 1,
    };
    CbxCompletion c;
    uint32_t bars[6];

    save_bars(d, bars);
    cbx_write64(d, CBX_ARM_BUS_ADDR_LO, target);
    cbx_write32(d, CBX_ARM_DMA_LEN, 2);
    cbx_write32(d, CBX_ARM_DMA_CTL,
                CBX_ARM_DMA_FROM_DEVICE | CBX_ARM_DMA_TRIGGER);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_COMMAND), ==, 0);
    restore_bars(d, bars);
    expect_reset_values(d);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_place(&q, &write);
    cbx_queue_place(&q, &write);
    cbx_queue_ring(&q);
    cbx_settle(d);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_COMMAND), ==, 0);
    restore_bars(d, bars);
    expect_reset_values(d);
    g_assert_false(cbx_queue_poll(&q, &c));
}

/* ---- Every register ---------------------------------------------------- */

typedef uint32_t Registers[CBX_REG_DOORBELL_BASE / 4];

static void registers_read(QCbx *d, uint32_t *registers)
{
    for (uint32_t at = 0; at < CBX_REG_DOORBELL_BASE; at += 4) {
        registers[at / 4] = cbx_read32(d, at);
    }
}

/* All bits into whatever takes them; commands refuse such operands. */
static void registers_scramble(QCbx *d)
{
    for (uint32_t at = 0; at < CBX_REG_DOORBELL_BASE; at += 4) {
        if (at != CBX_REG_CONTROL) {
            cbx_write32(d, at, UINT32_MAX);
        }
    }
}

static void expect_registers(QCbx *d, const uint32_t *wanted)
{
    Registers seen;

    registers_read(d, seen);
    for (unsigned i = 0; i < ARRAY_SIZE(seen); i++) {
        g_test_message("register %x", i * 4);
        g_assert_cmphex(seen[i], ==, wanted[i]);
    }
}

/* Reset is as good as new, also of what properties have set. */
static void test_every_register(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Registers fresh, other;
    uint32_t bars[6];

    registers_read(d, fresh);
    for (unsigned flr = 0; flr < 2; flr++) {
        unsigned n = 0;

        registers_scramble(d);
        registers_read(d, other);
        for (unsigned i = 0; i < ARRAY_SIZE(fresh); i++) {
            n += fresh[i] != other[i];
        }
        /* Six of each queue alone keep what is written. */
        g_assert_cmpint(n, >, 6 * CBX_QUEUES_MAX);
        if (flr) {
            save_bars(d, bars);
            cbx_function_level_reset(d);
            restore_bars(d, bars);
        } else {
            cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
        }
        expect_registers(d, fresh);
    }
}

static void register_tests(void)
{
    QOSGraphTestOptions properties = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.queues=16 -global cbx.vectors=2048 "
               "-global cbx.addr-bits=40 -global cbx.seed=0x123456789abcdef0 "
               "-global cbx.apis=AllocateCommonBuffer "
               "-global cbx.driver-faults=driver-omit-invalidate "
               "-global cbx.faults=stuck-queue -global cbx.fault-skip=3 "
               "-global cbx.fault-limit=2 -global cbx.fault-delay=77",
    };

    qos_node_produces("cbx", "cbx-reset");
    qos_add_test("control", "cbx-reset", test_control_reset, NULL);
    qos_add_test("flr", "cbx-reset", test_function_level_reset, NULL);
    qos_add_test("every-register", "cbx-reset", test_every_register,
                 &properties);
    qos_add_test("disable", "cbx-reset", test_disable, NULL);
    qos_add_test("by-itself", "cbx-reset", test_reset_by_itself, NULL);
    qos_add_test("bus-master", "cbx-reset", test_bus_master, NULL);
    qos_add_test("power-state", "cbx-reset", test_power_state, NULL);
}

libqos_init(register_tests);
