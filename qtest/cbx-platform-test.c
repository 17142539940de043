/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the device agrees with what firmware says of coherence. What that is,
 * tests/device/test-tables looks up.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-lib.h"

/* Bus 80h, below which firmware finds an expander bridge. */
#define PXB "-device pxb-pcie,bus=pcie.0,bus_nr=128,id=pxb,addr=0x12"

#define PORT(n) "-device pcie-root-port,bus=pxb,id=below" #n ",chassis=" #n " "

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
    QOSGraphTestOptions port_of_bridge = {
        .before = cbx_options,
        .arg = (char *)PXB ",dma-noncoherent=on " PORT(0) PORT(1) PORT(2),
    };

    qos_node_produces("cbx", "cbx-platform");
    qos_add_test("refused", "cbx-platform", test_refused, &port_of_bridge);
}

libqos_init(register_tests);
