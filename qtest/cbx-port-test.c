/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX below a root port: what the port is told, and hot-plug.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"
#include "cbx-lib.h"

#define SEED    0x9027

static uint16_t port_status(QCbx *d)
{
    uint8_t cap = qpci_find_capability(&d->port, PCI_CAP_ID_EXP, 0);

    return qpci_config_readw(&d->port, cap + PCI_EXP_DEVSTA);
}

static void port_status_clear(QCbx *d)
{
    uint8_t cap = qpci_find_capability(&d->port, PCI_CAP_ID_EXP, 0);

    qpci_config_writew(&d->port, cap + PCI_EXP_DEVSTA, 0xf);
    g_assert_cmphex(port_status(d) & 0xf, ==, 0);
}

static void test_endpoint(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0);
    uint64_t a = guest_alloc(alloc, 4096);

    g_assert_cmpint((qpci_config_readw(&d->pci, cap + PCI_EXP_FLAGS)
                     & PCI_EXP_FLAGS_TYPE) >> 4, ==, PCI_EXP_TYPE_ENDPOINT);
    cbx_put_pattern(d, a, SEED, 4096);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 4096), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, SEED, 4096), ==, 4096);
    g_assert_cmphex(port_status(d) & PCI_EXP_DEVSTA_URD, ==, 0);
}

/* A port whose bus mastering is off forwards nothing and says so. */
static void test_port_bus_master(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 4096);

    cbx_put_pattern(d, a, SEED, 64);
    qtest_memset(d->qts, d->mem.addr, ~cbx_pattern_byte(SEED, 0), 64);
    qpci_config_writew(&d->port, PCI_COMMAND, PCI_COMMAND_MEMORY);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 64), ==, CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_REC_MASTER_ABORT, !=, 0);
    g_assert_cmphex(port_status(d) & PCI_EXP_DEVSTA_URD, !=, 0);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, SEED, 64), ==, 0);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, a), ==, CBX_STATUS_BUS_ERROR);

    port_status_clear(d);
    qpci_config_writew(&d->port, PCI_COMMAND,
                       PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, 64), ==, CBX_ARM_DMA_OK);
    g_assert_cmphex(port_status(d) & PCI_EXP_DEVSTA_URD, ==, 0);
}

static void test_reserved_type(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 4096);
    uint32_t reserved = CBX_ARM_DMA_AT_RESERVED << CBX_ARM_DMA_AT_SHIFT;

    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_PASID, a, 0, 64), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(port_status(d) & PCI_EXP_DEVSTA_URD, ==, 0);
    g_assert_cmpint(cbx_dma(d, reserved, a, 0, 64), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmphex(port_status(d) & PCI_EXP_DEVSTA_URD, !=, 0);
    port_status_clear(d);
}

static void expect_refused(QCbx *d, const char *property, QObject *value,
                           const char *text)
{
    QDict *arguments = qdict_new();
    QDict *error;

    qdict_put_str(arguments, "driver", "cbx");
    qdict_put_str(arguments, "bus", "port1");
    qdict_put_obj(arguments, property, value);
    error = qtest_qmp_assert_failure_ref(d->qts, "{'execute': 'device_add', "
                                         "'arguments': %p}", arguments);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), text));
    qobject_unref(error);
}

static void test_bad_properties(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    expect_refused(d, "addr-bits", QOBJECT(qnum_from_int(23)), "24 to 64");
    expect_refused(d, "addr-bits", QOBJECT(qnum_from_int(65)), "24 to 64");
    expect_refused(d, "queues", QOBJECT(qnum_from_int(0)), "1 to 16");
    expect_refused(d, "queues", QOBJECT(qnum_from_int(17)), "1 to 16");
    expect_refused(d, "vectors", QOBJECT(qnum_from_int(0)), "1 to 2048");
    expect_refused(d, "vectors", QOBJECT(qnum_from_int(2049)), "1 to 2048");
    expect_refused(d, "mem-size", QOBJECT(qnum_from_int(1 << 19)), "mem-size");
    expect_refused(d, "mem-size", QOBJECT(qnum_from_int(3 << 20)), "mem-size");
    expect_refused(d, "faults", QOBJECT(qstring_from_str("flip-bits")),
                   "no fault is called 'flip-bits'");
    expect_refused(d, "apis", QOBJECT(qstring_from_str("AllocateBuffer")),
                   "no call is called 'AllocateBuffer'");
    expect_refused(d, "driver-faults",
                   QOBJECT(qstring_from_str("driver-omits")),
                   "no fault of the driver is called 'driver-omits'");
    expect_refused(d, "iommu", QOBJECT(qstring_from_str("off")),
                   "on or bypass");
    expect_refused(d, "fault-skip", QOBJECT(qnum_from_int(-1)), "fault-skip");
}

static void register_tests(void)
{
    qos_add_test("endpoint", "cbx-port", test_endpoint, NULL);
    qos_add_test("port-bus-master", "cbx-port", test_port_bus_master, NULL);
    qos_add_test("reserved-type", "cbx-port", test_reserved_type, NULL);
    qos_add_test("bad-properties", "cbx-port", test_bad_properties, NULL);
}

libqos_init(register_tests);
