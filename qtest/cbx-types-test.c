/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the device's types, each on the root bus and below a root port.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci_ids.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qlist.h"
#include "cbx-lib.h"

#define SEED        0x7e9e5
#define SIZE        5000
#define FIRST_SLOT  0x11

static const struct {
    const char *type;
    uint16_t device_id;
    uint16_t class_id;
} types[] = {
    { "cbx", CBX_PCI_DEVICE_ID, PCI_CLASS_SYSTEM_OTHER },
    { "cbx-net", CBX_NET_PCI_DEVICE_ID, PCI_CLASS_NETWORK_ETHERNET },
    { "cbx-display", CBX_DISPLAY_PCI_DEVICE_ID, PCI_CLASS_DISPLAY_OTHER },
};

static void *add_types(GString *cmd_line, void *options)
{
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        g_string_append_printf(cmd_line, " -device %s,addr=0x%x ",
                               types[i].type, FIRST_SLOT + i);
    }
    return options;
}

static void *add_types_below_ports(GString *cmd_line, void *options)
{
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        g_string_append_printf(cmd_line,
                               " -device pcie-root-port,id=types%u,"
                               "chassis=%u,addr=0x%x"
                               " -device %s,bus=types%u ", i, 10 + i,
                               FIRST_SLOT + i, types[i].type, i);
    }
    return options;
}

/* It is what it says it is, and works as the others do. */
static void expect_type(QCbx *d, unsigned type, uint8_t port_type,
                        QGuestAllocator *alloc)
{
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0);
    uint64_t a = guest_alloc(alloc, SIZE);
    QCbxQueue q;
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .id = type, .address = a, .length = SIZE,
        .argument = SEED + type,
    };

    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_VENDOR_ID), ==,
                    CBX_PCI_VENDOR_ID);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_DEVICE_ID), ==,
                    types[type].device_id);
    g_assert_cmphex(qpci_config_readl(&d->pci, PCI_CLASS_REVISION), ==,
                    types[type].class_id << 16 | CBX_ABI_MAJOR);
    g_assert_cmpint((qpci_config_readw(&d->pci, cap + PCI_EXP_FLAGS)
                     & PCI_EXP_FLAGS_TYPE) >> 4, ==, port_type);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, a, SEED + type, SIZE), ==, SIZE);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, SIZE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, SEED + type, SIZE), ==,
                    SIZE);
}

static void test_root_bus(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *first = obj;

    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        QCbx d = { };

        cbx_attach_at(&d, first->pci.bus, (FIRST_SLOT + i) << 3);
        expect_type(&d, i, PCI_EXP_TYPE_RC_END, alloc);
    }
}

static void test_below_port(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *first = obj;

    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        QCbx d = { };

        cbx_attach_below_port(&d, first->pci.bus, (FIRST_SLOT + i) << 3,
                              1 + i);
        expect_type(&d, i, PCI_EXP_TYPE_ENDPOINT, alloc);
    }
}

/* What the types share is no device by itself. */
static void test_abstract(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QDict *reply;
    QList *list;

    reply = qtest_qmp(d->qts, "{'execute': 'qom-list-types', 'arguments': "
                      "{'implements': 'cbx-base', 'abstract': false}}");
    list = qdict_get_qlist(reply, "return");
    g_assert_cmpint(qlist_size(list), ==, ARRAY_SIZE(types));
    qobject_unref(reply);
    qobject_unref(qtest_qmp_assert_failure_ref(d->qts,
        "{'execute': 'device_add', 'arguments': {'driver': 'cbx-base'}}"));
}

static void register_tests(void)
{
    QOSGraphTestOptions root = { .before = add_types };
    QOSGraphTestOptions ports = { .before = add_types_below_ports };

    qos_node_produces("cbx", "cbx-types");
    qos_add_test("root-bus", "cbx-types", test_root_bus, &root);
    qos_add_test("below-port", "cbx-types", test_below_port, &ports);
    qos_add_test("abstract", "cbx-types", test_abstract, NULL);
}

libqos_init(register_tests);
