/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX in the qos graph.
 *
 * libqos knows no q35, so there is a machine node here. Its bus is an
 * interface of its own: it would otherwise draw in every PCI test of QEMU.
 *
 *   x86_64/q35 - pci-bus-q35 - cbx-bus - cbx, cbx-vtd, cbx-display, cbx-port
 *   aarch64/virt - ... - pci-bus - cbx
 *
 * cbx has an interface for each file of tests, which names it, such as
 * cbx-queue: no node can have more than 128 children, and the tests of an
 * interface are a group that can run beside others.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "libqos/malloc-pc.h"
#include "libqos/pci-pc.h"
#include "cbx-lib.h"

#define STRING_(x) #x
#define STRING(x) STRING_(x)

typedef struct QQ35Machine {
    QOSGraphObject obj;
    QGuestAllocator alloc;
    QPCIBusPC bus;
} QQ35Machine;

/* ---- Machine and bus --------------------------------------------------- */

static void *q35_get_driver(void *obj, const char *interface)
{
    QQ35Machine *machine = obj;

    g_assert_cmpstr(interface, ==, "memory");
    return &machine->alloc;
}

static void *q35_bus_get_driver(void *obj, const char *interface)
{
    QPCIBusPC *bus = obj;

    g_assert_cmpstr(interface, ==, "cbx-bus");
    return &bus->bus;
}

static QOSGraphObject *q35_get_device(void *obj, const char *device)
{
    QQ35Machine *machine = obj;

    g_assert_cmpstr(device, ==, "pci-bus-q35");
    return &machine->bus.obj;
}

static void q35_destructor(QOSGraphObject *obj)
{
    QQ35Machine *machine = (QQ35Machine *)obj;

    alloc_destroy(&machine->alloc);
}

static void *q35_create(QTestState *qts)
{
    QQ35Machine *machine = g_new0(QQ35Machine, 1);

    machine->obj.get_device = q35_get_device;
    machine->obj.get_driver = q35_get_driver;
    machine->obj.destructor = q35_destructor;
    pc_alloc_init(&machine->alloc, qts, ALLOC_NO_FLAGS);
    qpci_init_pc(&machine->bus, qts, &machine->alloc);
    machine->bus.obj.get_driver = q35_bus_get_driver;
    return &machine->obj;
}

/* ---- Device ------------------------------------------------------------ */

static void *cbx_get_driver(void *obj, const char *interface)
{
    QCbx *d = obj;

    if (!strcmp(interface, "pci-device")) {
        return &d->pci;
    }
    g_assert_true(g_str_has_prefix(interface, "cbx"));
    return d;
}

static void *cbx_create(void *bus, QGuestAllocator *alloc, void *address)
{
    QCbx *d = g_new0(QCbx, 1);

    d->obj.get_driver = cbx_get_driver;
    cbx_attach(d, bus);
    return &d->obj;
}

static void *cbx_port_create(void *bus, QGuestAllocator *alloc, void *address)
{
    QCbx *d = g_new0(QCbx, 1);

    d->obj.get_driver = cbx_get_driver;
    cbx_attach_below_port(d, bus, CBX_TEST_DEVFN, 1);
    return &d->obj;
}

static void cbx_register_nodes(void)
{
    QOSGraphEdgeOptions port = {
        .extra_device_opts = "bus=port0",
        .before_cmd_line = "-device pcie-root-port,id=port0,chassis=1,addr="
                           STRING(CBX_TEST_SLOT)
                           " -device pcie-root-port,id=port1,chassis=2",
    };
    QOSGraphEdgeOptions plain = {
        .extra_device_opts = "addr=" STRING(CBX_TEST_SLOT),
    };
    QOSGraphEdgeOptions screen = {
        .extra_device_opts = "id=screen,addr=" STRING(CBX_TEST_SLOT),
    };
    QOSGraphEdgeOptions vtd = {
        .extra_device_opts = "addr=" STRING(CBX_TEST_SLOT),
        .before_cmd_line = "-device intel-iommu,intremap=on",
    };

    qos_node_create_machine("x86_64/q35", q35_create);
    qos_node_contains("x86_64/q35", "pci-bus-q35", NULL);
    qos_node_create_driver("pci-bus-q35", NULL);
    qos_node_produces("pci-bus-q35", "cbx-bus");

    qos_node_create_driver("cbx", cbx_create);
    qos_node_consumes("cbx", "cbx-bus", &plain);
    qos_node_consumes("cbx", "pci-bus", &plain);
    qos_node_produces("cbx", "pci-device");

    qos_node_create_driver_named("cbx-vtd", "cbx", cbx_create);
    qos_node_consumes("cbx-vtd", "cbx-bus", &vtd);

    qos_node_create_driver("cbx-display", cbx_create);
    qos_node_consumes("cbx-display", "cbx-bus", &screen);

    qos_node_create_driver_named("cbx-port", "cbx", cbx_port_create);
    qos_node_consumes("cbx-port", "cbx-bus", &port);
}

libqos_init(cbx_register_nodes);
