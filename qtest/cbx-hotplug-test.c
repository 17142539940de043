/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX below a hot-plug slot: removed, reset and added while it works. The slot
 * is under the port's own control, not ACPI's.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define SEED        0x91a6
#define LARGE       (5 * MiB)
#define PORT_SLOT   0x11
#define PORT_DEVFN  (PORT_SLOT << 3)
#define SECONDARY   1

static void *add_slot(GString *cmd_line, void *options)
{
    if (!strcmp(qtest_get_arch(), "x86_64")) {
        g_string_append(cmd_line, " -global "
                        "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off");
    }
    g_string_append_printf(cmd_line, " -device pcie-root-port,id=slot0,"
                           "chassis=17,addr=0x%x"
                           " -device cbx,bus=slot0,id=plugged ", PORT_SLOT);
    return options;
}

/* The device in the slot; the test's own is on the root bus. */
static void slot_attach(QCbx *d, QCbx *other)
{
    cbx_attach_below_port(d, other->pci.bus, PORT_DEVFN, SECONDARY);
}

static uint8_t slot_register(QCbx *d, unsigned offset)
{
    return qpci_find_capability(&d->port, PCI_CAP_ID_EXP, 0) + offset;
}

static uint16_t slot_status(QCbx *d)
{
    return qpci_config_readw(&d->port, slot_register(d, PCI_EXP_SLTSTA));
}

static void slot_power(QCbx *d, bool on)
{
    qpci_config_writew(&d->port, slot_register(d, PCI_EXP_SLTCTL),
                       on ? PCI_EXP_SLTCTL_PWR_IND_ON
                          : PCI_EXP_SLTCTL_PCC | PCI_EXP_SLTCTL_PWR_IND_OFF);
}

static void device_del(QCbx *d)
{
    qtest_qmp_assert_success(d->qts, "{'execute': 'device_del', "
                             "'arguments': {'id': 'plugged'}}");
}

static void device_add(QCbx *d)
{
    qtest_qmp_assert_success(d->qts, "{'execute': 'device_add', 'arguments': "
                             "{'driver': 'cbx', 'bus': 'slot0', "
                             "'id': 'plugged'}}");
}

/* A transfer that one step does not finish. */
static void work_begin(QCbxQueue *q, QCbx *d, QGuestAllocator *alloc,
                       uint64_t address)
{
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = address, .length = LARGE,
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

/* Nothing more of the work arrives. */
static void expect_no_work(QCbxQueue *q, QCbx *d, uint64_t address)
{
    CbxCompletion c;

    qtest_memset(d->qts, address, 0, LARGE);
    cbx_settle(d);
    g_assert_false(cbx_queue_poll(q, &c));
    g_assert_cmphex(qtest_readl(d->qts, address + LARGE - 4), ==, 0);
}

static void expect_gone(QCbx *d)
{
    g_assert_cmphex(qpci_config_readl(&d->pci, PCI_VENDOR_ID), ==, UINT32_MAX);
    g_assert_cmphex(qpci_config_readl(&d->pci, PCI_BASE_ADDRESS_0), ==,
                    UINT32_MAX);
    g_assert_cmphex(cbx_read32(d, CBX_REG_MAGIC), !=, CBX_MAGIC);
    g_assert_cmphex(slot_status(d) & PCI_EXP_SLTSTA_PDS, ==, 0);
}

/* A new device in the slot, which the guest powers up, and which works. */
static void plug_in(QCbx *d, QCbx *other, QGuestAllocator *alloc,
                    uint64_t address)
{
    QCbxQueue q;
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = address, .length = LARGE,
        .argument = ~SEED,
    };

    device_add(d);
    g_assert_cmphex(slot_status(d) & PCI_EXP_SLTSTA_PDS, !=, 0);
    slot_power(d, true);
    slot_attach(d, other);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_WRITTEN), ==, 0);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, address, ~SEED, LARGE), ==, LARGE);
}

/* The guest is asked, and agrees in the middle of a transfer. */
static void test_asked(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx d = { };
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);

    slot_attach(&d, obj);
    work_begin(&q, &d, alloc, a);
    device_del(&d);
    g_assert_cmphex(slot_status(&d) & PCI_EXP_SLTSTA_ABP, !=, 0);
    /* It goes on until the guest has agreed. */
    qtest_clock_step_next(d.qts);
    g_assert_cmpint(cbx_stat(&d, CBX_STAT_BYTES_WRITTEN), >, MiB);
    slot_power(&d, false);
    qtest_qmp_eventwait(d.qts, "DEVICE_DELETED");
    expect_gone(&d);
    expect_no_work(&q, &d, a);
    plug_in(&d, obj, alloc, a);
}

/* The power of the slot fails: nobody was asked. */
static void test_surprise(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx d = { };
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);

    slot_attach(&d, obj);
    work_begin(&q, &d, alloc, a);
    g_assert_cmpint(cbx_declare(&d, a, LARGE), ==, CBX_STATUS_OK);
    cbx_write32(&d, CBX_ARM_INTX_CTL, CBX_ARM_INTX_ASSERT);
    cbx_write32(&d, CBX_REG_REPORT_DATA, 'k');
    slot_power(&d, false);
    expect_gone(&d);
    expect_no_work(&q, &d, a);
    plug_in(&d, obj, alloc, a);
}

/* ---- By its own DMA ---------------------------------------------------- */

/* Place @value in device memory; returns where DMA has to put it. */
static uint64_t aim(QCbx *d, unsigned offset, uint16_t value)
{
    uint64_t target = cbx_ecam(d) + (PORT_DEVFN << 12) + offset;

    g_assert_cmphex(qtest_readw(d->qts, target), ==,
                    qpci_config_readw(&d->port, offset));
    qtest_writew(d->qts, d->mem.addr, value);
    return target;
}

static uint64_t aim_at_power(QCbx *d)
{
    return aim(d, slot_register(d, PCI_EXP_SLTCTL),
               PCI_EXP_SLTCTL_PCC | PCI_EXP_SLTCTL_PWR_IND_OFF);
}

static void queue_write_twice(QCbx *d, QGuestAllocator *alloc, uint64_t target)
{
    QCbxQueue q;
    CbxDescriptor write = {
        .op = CBX_OP_WRITE, .address = target, .length = 2,
    };
    CbxCompletion c;

    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_place(&q, &write);
    cbx_queue_place(&q, &write);
    cbx_queue_ring(&q);
    cbx_settle(d);
    g_assert_false(cbx_queue_poll(&q, &c));
}

static void test_by_itself(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx d = { };
    uint64_t a = guest_alloc(alloc, LARGE);
    uint64_t target;

    slot_attach(&d, obj);
    target = aim_at_power(&d);
    cbx_write64(&d, CBX_ARM_BUS_ADDR_LO, target);
    cbx_write32(&d, CBX_ARM_DMA_LEN, 2);
    cbx_write32(&d, CBX_ARM_DMA_CTL,
                CBX_ARM_DMA_FROM_DEVICE | CBX_ARM_DMA_TRIGGER);
    expect_gone(&d);
    plug_in(&d, obj, alloc, a);

    target = aim_at_power(&d);
    queue_write_twice(&d, alloc, target);
    expect_gone(&d);
    plug_in(&d, obj, alloc, a);
}

/* ---- Hot reset --------------------------------------------------------- */

static void bus_reset(QCbx *d)
{
    uint16_t control = qpci_config_readw(&d->port, PCI_BRIDGE_CONTROL);

    qpci_config_writew(&d->port, PCI_BRIDGE_CONTROL,
                       control | PCI_BRIDGE_CTL_BUS_RESET);
    qpci_config_writew(&d->port, PCI_BRIDGE_CONTROL, control);
}

static void expect_reset(QCbx *d, QCbx *other)
{
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_COMMAND), ==, 0);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_VENDOR_ID), ==,
                    CBX_PCI_VENDOR_ID);
    slot_attach(d, other);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_WRITTEN), ==, 0);
    g_assert_cmphex(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL)), ==, 0);
}

static void test_bus_reset(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx d = { };
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, LARGE);

    slot_attach(&d, obj);
    work_begin(&q, &d, alloc, a);
    bus_reset(&d);
    expect_reset(&d, obj);
    expect_no_work(&q, &d, a);

    queue_write_twice(&d, alloc, aim(&d, PCI_BRIDGE_CONTROL,
                                     PCI_BRIDGE_CTL_BUS_RESET));
    expect_reset(&d, obj);
}

/* The machine, with work under way; both of its devices start again. */
static void test_system_reset(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *other = obj, d = { };
    QCbxQueue q, q2;
    uint64_t a = guest_alloc(alloc, LARGE);

    slot_attach(&d, obj);
    work_begin(&q, &d, alloc, a);
    work_begin(&q2, other, alloc, a);
    qtest_system_reset(d.qts);
    g_assert_cmphex(qpci_config_readw(&other->pci, PCI_COMMAND), ==, 0);
    qtest_memset(d.qts, a, 0, LARGE);
    cbx_settle(&d);
    g_assert_cmphex(qtest_readl(d.qts, a + LARGE - 4), ==, 0);
    slot_attach(&d, obj);
    g_assert_cmpint(cbx_stat(&d, CBX_STAT_BYTES_WRITTEN), ==, 0);
    work_begin(&q, &d, alloc, a);
    g_assert_cmpint(cbx_queue_wait(&q).status, ==, CBX_STATUS_OK);
    qos_invalidate_command_line();
}

static void register_tests(void)
{
    QOSGraphTestOptions slot = { .before = add_slot };

    qos_node_produces("cbx", "cbx-hotplug");
    qos_add_test("asked", "cbx-hotplug", test_asked, &slot);
    qos_add_test("surprise", "cbx-hotplug", test_surprise, &slot);
    qos_add_test("by-itself", "cbx-hotplug", test_by_itself, &slot);
    qos_add_test("bus-reset", "cbx-hotplug", test_bus_reset, &slot);
    qos_add_test("system-reset", "cbx-hotplug", test_system_reset, &slot);
}

libqos_init(register_tests);
