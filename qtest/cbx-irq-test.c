/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: MSI-X and MSI as writes to RAM, INTx as a level.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

static void vector_aim(QCbx *d, unsigned vector, uint64_t address,
                       uint32_t data, bool masked)
{
    uint64_t entry = d->pci.msix_table_off + vector * PCI_MSIX_ENTRY_SIZE;

    qpci_io_writel(&d->pci, d->pci.msix_table_bar,
                   entry + PCI_MSIX_ENTRY_LOWER_ADDR, address);
    qpci_io_writel(&d->pci, d->pci.msix_table_bar,
                   entry + PCI_MSIX_ENTRY_UPPER_ADDR, address >> 32);
    qpci_io_writel(&d->pci, d->pci.msix_table_bar,
                   entry + PCI_MSIX_ENTRY_DATA, data);
    qpci_io_writel(&d->pci, d->pci.msix_table_bar,
                   entry + PCI_MSIX_ENTRY_VECTOR_CTRL,
                   masked ? PCI_MSIX_ENTRY_CTRL_MASKBIT : 0);
}

static void test_msix(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t mailbox = guest_alloc(alloc, 4096);

    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_msix_enable(&d->pci);
    vector_aim(d, 0, mailbox, 0x1111, false);
    vector_aim(d, 15, mailbox + 4, 0x2222, false);
    vector_aim(d, 3, mailbox + 8, 0x3333, true);

    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x1111);
    g_assert_cmphex(qtest_readl(d->qts, mailbox + 4), ==, 0);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_MSI_CTL), ==, 0);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 15);
    g_assert_cmphex(qtest_readl(d->qts, mailbox + 4), ==, 0x2222);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_MSI_CTL), ==, 15);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 2);

    /* Masked: pending, and sent when unmasked. */
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 3);
    g_assert_cmphex(qtest_readl(d->qts, mailbox + 8), ==, 0);
    g_assert_true(qpci_msix_pending(&d->pci, 3));
    vector_aim(d, 3, mailbox + 8, 0x3333, false);
    g_assert_cmphex(qtest_readl(d->qts, mailbox + 8), ==, 0x3333);

    /* Vectors that do not exist are silent. */
    qtest_memset(d->qts, mailbox, 0, 64);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 16);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 2047);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 2);

    cbx_bus_master(d, false);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0);
    cbx_bus_master(d, true);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x1111);
    qpci_msix_disable(&d->pci);
}

static void test_msi(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t mailbox = guest_alloc(alloc, 4096);
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_MSI, 0);

    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_config_writel(&d->pci, cap + PCI_MSI_ADDRESS_LO, mailbox);
    qpci_config_writel(&d->pci, cap + PCI_MSI_ADDRESS_HI, mailbox >> 32);
    qpci_config_writew(&d->pci, cap + PCI_MSI_DATA_64, 0x4440);

    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0);

    /* Four of them: the low two bits of the data are the vector. */
    qpci_config_writew(&d->pci, cap + PCI_MSI_FLAGS,
                       PCI_MSI_FLAGS_ENABLE | 2 << 4);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 3);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x4443);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 4);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x4443);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 1);
    qpci_config_writew(&d->pci, cap + PCI_MSI_FLAGS, 0);
}

/* As many as there can be: each of these sends its own message, once. */
static void test_msix_most(void *obj, void *data, QGuestAllocator *alloc)
{
    static const unsigned vectors[] = {
        0, 1, 31, 32, 33, 63, 64, 1023, 1024, 2046, CBX_ARM_MSI_VECTOR_MASK,
    };
    QCbx *d = obj;
    uint64_t mailbox = guest_alloc(alloc, 4096);

    qtest_memset(d->qts, mailbox, 0, 4096);
    qpci_msix_enable(&d->pci);
    g_assert_cmpint(qpci_msix_table_size(&d->pci), ==,
                    CBX_ARM_MSI_VECTOR_MASK + 1);
    for (unsigned i = 0; i < ARRAY_SIZE(vectors); i++) {
        vector_aim(d, vectors[i], mailbox + 4 * i, 0xa0000 + vectors[i],
                   i % 2);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(vectors); i++) {
        uint64_t box = mailbox + 4 * i;

        cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | vectors[i]);
        if (i % 2) {
            g_assert_cmphex(qtest_readl(d->qts, box), ==, 0);
            g_assert_true(qpci_msix_pending(&d->pci, vectors[i]));
            vector_aim(d, vectors[i], box, 0xa0000 + vectors[i], false);
        }
        g_assert_cmphex(qtest_readl(d->qts, box), ==, 0xa0000 + vectors[i]);
        g_assert_false(qpci_msix_pending(&d->pci, vectors[i]));
        g_assert_cmphex(qtest_readl(d->qts, box + 4), ==, 0);
    }
    qpci_msix_disable(&d->pci);
}

/* 32 messages; a masked one is pending, and sent when it is unmasked. */
static void test_msi_most(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t mailbox = guest_alloc(alloc, 4096);
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_MSI, 0);

    g_assert_cmphex(qpci_config_readw(&d->pci, cap + PCI_MSI_FLAGS) &
                    PCI_MSI_FLAGS_QMASK, ==, 5 << 1);
    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_config_writel(&d->pci, cap + PCI_MSI_ADDRESS_LO, mailbox);
    qpci_config_writel(&d->pci, cap + PCI_MSI_ADDRESS_HI, mailbox >> 32);
    qpci_config_writew(&d->pci, cap + PCI_MSI_DATA_64, 0x4400);
    qpci_config_writel(&d->pci, cap + PCI_MSI_MASK_64, 1u << 30);
    qpci_config_writew(&d->pci, cap + PCI_MSI_FLAGS,
                       PCI_MSI_FLAGS_ENABLE | 5 << 4);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 31);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x441f);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 30);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x441f);
    g_assert_cmphex(qpci_config_readl(&d->pci, cap + PCI_MSI_PENDING_64), ==,
                    1u << 30);
    qpci_config_writel(&d->pci, cap + PCI_MSI_MASK_64, 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x441e);
    g_assert_cmphex(qpci_config_readl(&d->pci, cap + PCI_MSI_PENDING_64), ==,
                    0);
    cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER | 32);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x441e);
    qpci_config_writew(&d->pci, cap + PCI_MSI_FLAGS, 0);
}

static void test_intx(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    cbx_write32(d, CBX_ARM_INTX_CTL, 0xffffffff);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_INTX_CTL), ==, 1);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_INTERRUPT, !=, 0);
    cbx_write32(d, CBX_ARM_INTX_CTL, 0);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_INTX_CTL), ==, 0);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_INTERRUPT, ==, 0);

    /* A reset drops the level. */
    cbx_write32(d, CBX_ARM_INTX_CTL, 1);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_INTERRUPT, ==, 0);
}

/* With messages off, a completion that wants an interrupt asserts the line. */
static void test_intx_completion(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .flags = CBX_DESC_INTERRUPT,
        .address = guest_alloc(alloc, 4096), .length = 4096,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_INTX_CTL), ==, 0);

    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
    cbx_queue_start(&q, d, alloc, 0, 4, 0);
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_INTX_CTL), ==, 1);
    g_assert_cmphex(qpci_config_readw(&d->pci, PCI_STATUS) &
                    PCI_STATUS_INTERRUPT, !=, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 1);

    cbx_write32(d, CBX_ARM_INTX_CTL, 0);
    fill.flags = 0;
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_ARM_INTX_CTL), ==, 0);
}

static void register_tests(void)
{
    QOSGraphTestOptions most = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.vectors=2048",
    };

    qos_node_produces("cbx", "cbx-irq");
    qos_add_test("msix", "cbx-irq", test_msix, NULL);
    qos_add_test("msi", "cbx-irq", test_msi, NULL);
    qos_add_test("msix-most", "cbx-irq", test_msix_most, &most);
    qos_add_test("msi-most", "cbx-irq", test_msi_most, &most);
    qos_add_test("intx", "cbx-irq", test_intx, NULL);
    qos_add_test("intx-completion", "cbx-irq", test_intx_completion, NULL);
}

libqos_init(register_tests);
