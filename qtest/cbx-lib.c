/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for the qtests of CBX.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "qobject/qjson.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

/* The time that a message of qtest takes grows with the square of its size. */
#define PART    32768

/* Room for the BARs of one device of these tests. */
#define WINDOW_SIZE (4 * MiB)

/* More steps than any transfer of these tests takes. */
#define STEPS_MAX   10000
#define STEP_NS     1000

void cbx_attach_at(QCbx *d, QPCIBus *bus, int devfn)
{
    QPCIAddress address = { .devfn = devfn };
    uint64_t size;

    d->qts = bus->qts;
    qpci_device_init(&d->pci, bus, &address);
    qpci_device_enable(&d->pci);
    d->regs = qpci_iomap(&d->pci, CBX_BAR_REGS, &size);
    g_assert_cmphex(size, ==, CBX_BAR_REGS_SIZE);
    d->mem = qpci_iomap(&d->pci, CBX_BAR_MEM, NULL);
    g_assert_cmphex(cbx_read32(d, CBX_REG_MAGIC), ==, CBX_MAGIC);
}

void cbx_attach(QCbx *d, QPCIBus *bus)
{
    cbx_attach_at(d, bus, CBX_TEST_DEVFN);
}

void cbx_attach_below_port(QCbx *d, QPCIBus *bus, int devfn, int secondary)
{
    QPCIAddress address = { .devfn = devfn };
    uint64_t window = ROUND_UP(bus->mmio_alloc_ptr, WINDOW_SIZE);

    qpci_device_init(&d->port, bus, &address);
    qpci_config_writeb(&d->port, PCI_SECONDARY_BUS, secondary);
    qpci_config_writeb(&d->port, PCI_SUBORDINATE_BUS, secondary);
    qpci_config_writew(&d->port, PCI_MEMORY_BASE, window >> 16);
    qpci_config_writew(&d->port, PCI_MEMORY_LIMIT,
                       (window + WINDOW_SIZE - 1) >> 16);
    qpci_config_writew(&d->port, PCI_COMMAND,
                       PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    bus->mmio_alloc_ptr = window;
    cbx_attach_at(d, bus, secondary << 8);
    g_assert_cmphex(bus->mmio_alloc_ptr, <=, window + WINDOW_SIZE);
    bus->mmio_alloc_ptr = window + WINDOW_SIZE;
}

uint64_t cbx_ecam(QCbx *d)
{
    /* The virt machine's window; on q35 the host bridge puts it there. */
    uint64_t base = 0x4010000000;

    if (strcmp(qtest_get_arch(), "aarch64")) {
        base = 0xb0000000;
        qtest_outl(d->qts, 0xcf8, 0x80000060);
        qtest_outl(d->qts, 0xcfc, base | 1);
    }
    return base;
}

void *cbx_options(GString *cmd_line, void *options)
{
    g_string_append_printf(cmd_line, " %s ", (const char *)options);
    return options;
}

/* ---- Registers --------------------------------------------------------- */

uint32_t cbx_read32(QCbx *d, uint32_t offset)
{
    return qtest_readl(d->qts, d->regs.addr + offset);
}

uint64_t cbx_read64(QCbx *d, uint32_t offset)
{
    return qtest_readq(d->qts, d->regs.addr + offset);
}

void cbx_write32(QCbx *d, uint32_t offset, uint32_t value)
{
    qtest_writel(d->qts, d->regs.addr + offset, value);
}

void cbx_write64(QCbx *d, uint32_t offset, uint64_t value)
{
    qtest_writeq(d->qts, d->regs.addr + offset, value);
}

uint64_t cbx_stat(QCbx *d, unsigned stat)
{
    return cbx_read64(d, CBX_REG_STAT(stat));
}

uint32_t cbx_take_error(QCbx *d)
{
    uint32_t error = cbx_read32(d, CBX_REG_ERROR);

    cbx_write32(d, CBX_REG_ERROR, 0);
    return error;
}

void cbx_bus_master(QCbx *d, bool on)
{
    uint16_t command = qpci_config_readw(&d->pci, PCI_COMMAND);

    command = on ? command | PCI_COMMAND_MASTER
                 : command & ~PCI_COMMAND_MASTER;
    qpci_config_writew(&d->pci, PCI_COMMAND, command);
}

void cbx_vector_aim(QCbx *d, unsigned vector, uint64_t address, uint32_t data)
{
    uint64_t entry = d->pci.msix_table_off + vector * PCI_MSIX_ENTRY_SIZE;
    QPCIBar bar = d->pci.msix_table_bar;

    qpci_io_writel(&d->pci, bar, entry + PCI_MSIX_ENTRY_LOWER_ADDR, address);
    qpci_io_writel(&d->pci, bar, entry + PCI_MSIX_ENTRY_UPPER_ADDR,
                   address >> 32);
    qpci_io_writel(&d->pci, bar, entry + PCI_MSIX_ENTRY_DATA, data);
    qpci_io_writel(&d->pci, bar, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
}

void cbx_function_level_reset(QCbx *d)
{
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0);
    uint16_t control = qpci_config_readw(&d->pci, cap + PCI_EXP_DEVCTL);

    qpci_config_writew(&d->pci, cap + PCI_EXP_DEVCTL,
                       control | PCI_EXP_DEVCTL_BCR_FLR);
}

/* ---- Memory ------------------------------------------------------------ */

uint64_t cbx_ram_end(void)
{
    /* The virt machine's RAM starts at 1 GiB; 128 MiB is QEMU's default. */
    uint64_t start = strcmp(qtest_get_arch(), "aarch64") ? 0 : 1 * GiB;

    return start + 128 * MiB;
}

static uint8_t *pattern_new(uint64_t seed, size_t length)
{
    uint8_t *data = g_malloc(length);

    for (size_t i = 0; i < length; i++) {
        data[i] = cbx_pattern_byte(seed, i);
    }
    return data;
}

void cbx_memory_read(QCbx *d, uint64_t address, void *data, size_t length)
{
    for (size_t at = 0; at < length; at += PART) {
        qtest_bufread(d->qts, address + at, (uint8_t *)data + at,
                      MIN(PART, length - at));
    }
}

void cbx_memory_write(QCbx *d, uint64_t address, const void *data,
                      size_t length)
{
    for (size_t at = 0; at < length; at += PART) {
        qtest_bufwrite(d->qts, address + at, (const uint8_t *)data + at,
                       MIN(PART, length - at));
    }
}

void cbx_put_pattern(QCbx *d, uint64_t address, uint64_t seed, size_t length)
{
    g_autofree uint8_t *data = pattern_new(seed, length);

    cbx_memory_write(d, address, data, length);
}

size_t cbx_find_difference(QCbx *d, uint64_t address, uint64_t seed,
                           size_t length)
{
    g_autofree uint8_t *expected = pattern_new(seed, length);
    g_autofree uint8_t *seen = g_malloc(length);
    size_t i = 0;

    cbx_memory_read(d, address, seen, length);
    while (i < length && seen[i] == expected[i]) {
        i++;
    }
    return i;
}

/* ---- Single-shot DMA --------------------------------------------------- */

uint32_t cbx_dma(QCbx *d, uint32_t ctl, uint64_t address, uint32_t offset,
                 uint32_t length)
{
    cbx_write64(d, CBX_ARM_BUS_ADDR_LO, address);
    cbx_write32(d, CBX_ARM_DMA_OFFSET, offset);
    cbx_write32(d, CBX_ARM_DMA_LEN, length);
    cbx_write32(d, CBX_ARM_DMA_CTL, ctl | CBX_ARM_DMA_TRIGGER);
    return cbx_read32(d, CBX_ARM_DMA_STATUS) & CBX_ARM_DMA_STATUS_MASK;
}

/* ---- Queues ------------------------------------------------------------ */

void cbx_queue_start(QCbxQueue *q, QCbx *d, QGuestAllocator *alloc, unsigned n,
                     uint32_t entries, uint32_t vector)
{
    *q = (QCbxQueue) {
        .d = d,
        .n = n,
        .ring = guest_alloc(alloc, entries * CBX_DESCRIPTOR_SIZE),
        .cq = guest_alloc(alloc, entries * CBX_COMPLETION_SIZE),
        .entries = entries,
        .phase = true,
    };
    qtest_memset(d->qts, q->ring, 0, entries * CBX_DESCRIPTOR_SIZE);
    qtest_memset(d->qts, q->cq, 0, entries * CBX_COMPLETION_SIZE);
    cbx_write64(d, CBX_REG_QUEUE(n, CBX_Q_RING_LO), q->ring);
    cbx_write64(d, CBX_REG_QUEUE(n, CBX_Q_CQ_LO), q->cq);
    cbx_write32(d, CBX_REG_QUEUE(n, CBX_Q_ENTRIES), entries);
    cbx_write32(d, CBX_REG_QUEUE(n, CBX_Q_VECTOR), vector);
    cbx_write32(d, CBX_REG_QUEUE(n, CBX_Q_CONTROL), CBX_Q_ENABLE);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(n, CBX_Q_STATUS)), ==,
                    CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(n, CBX_Q_CONTROL)), ==,
                    CBX_Q_ENABLE);
}

void cbx_queue_place(QCbxQueue *q, const CbxDescriptor *desc)
{
    CbxDescriptor le = {
        .op = desc->op,
        .flags = desc->flags,
        .attributes = cpu_to_le16(desc->attributes),
        .id = cpu_to_le32(desc->id),
        .address = cpu_to_le64(desc->address),
        .address2 = cpu_to_le64(desc->address2),
        .length = cpu_to_le64(desc->length),
        .offset = cpu_to_le64(desc->offset),
        .argument = cpu_to_le64(desc->argument),
        .argument2 = cpu_to_le64(desc->argument2),
        .reserved = cpu_to_le64(desc->reserved),
    };

    qtest_memwrite(q->d->qts, q->ring + q->tail * CBX_DESCRIPTOR_SIZE, &le,
                   sizeof(le));
    q->tail = (q->tail + 1) % q->entries;
}

void cbx_queue_ring(QCbxQueue *q)
{
    cbx_write32(q->d, CBX_REG_DOORBELL(q->n, CBX_DB_TAIL), q->tail);
}

bool cbx_queue_poll(QCbxQueue *q, CbxCompletion *c)
{
    CbxCompletion le;

    qtest_memread(q->d->qts, q->cq + q->cq_head * CBX_COMPLETION_SIZE, &le,
                  sizeof(le));
    c->flags = le16_to_cpu(le.flags);
    if ((c->flags & CBX_COMP_PHASE) != (q->phase ? CBX_COMP_PHASE : 0)) {
        return false;
    }
    c->id = le32_to_cpu(le.id);
    c->status = le16_to_cpu(le.status);
    c->bytes = le64_to_cpu(le.bytes);
    c->value = le64_to_cpu(le.value);
    c->time_ns = le64_to_cpu(le.time_ns);

    q->cq_head = (q->cq_head + 1) % q->entries;
    q->phase ^= q->cq_head == 0;
    cbx_write32(q->d, CBX_REG_DOORBELL(q->n, CBX_DB_CQ_HEAD), q->cq_head);
    return true;
}

CbxCompletion cbx_queue_wait(QCbxQueue *q)
{
    CbxCompletion c;

    for (unsigned i = 0; i < STEPS_MAX; i++) {
        if (cbx_queue_poll(q, &c)) {
            return c;
        }
        qtest_clock_step(q->d->qts, STEP_NS);
    }
    g_test_message("queue %u: no completion, status %u", q->n,
                   cbx_read32(q->d, CBX_REG_QUEUE(q->n, CBX_Q_STATUS)));
    g_assert_not_reached();
}

CbxCompletion cbx_queue_do(QCbxQueue *q, const CbxDescriptor *desc)
{
    cbx_queue_place(q, desc);
    cbx_queue_ring(q);
    return cbx_queue_wait(q);
}

void cbx_expect(CbxCompletion c, uint32_t id, uint16_t status, uint64_t bytes,
                uint64_t value)
{
    g_assert_cmphex(c.id, ==, id);
    g_assert_cmpint(c.status, ==, status);
    g_assert_cmpint(c.bytes, ==, bytes);
    g_assert_cmphex(c.value, ==, value);
    g_assert_cmphex(c.flags & ~(CBX_COMP_PHASE | CBX_COMP_SECOND), ==, 0);
}

void cbx_settle(QCbx *d)
{
    qtest_clock_step(d->qts, STEPS_MAX * STEP_NS);
}

/* ---- Oracle and report ------------------------------------------------- */

uint32_t cbx_declare(QCbx *d, uint64_t logical, uint64_t length)
{
    cbx_write32(d, CBX_REG_BUF_API, CBX_API_ALLOCATE_COMMON_BUFFER);
    cbx_write32(d, CBX_REG_BUF_ELEMENT, 0);
    cbx_write64(d, CBX_REG_BUF_VA_LO, 0xffff800000000000ull | logical);
    cbx_write64(d, CBX_REG_BUF_LOGICAL_LO, logical);
    cbx_write64(d, CBX_REG_BUF_LENGTH_LO, length);
    cbx_write64(d, CBX_REG_BUF_MIN_LO, 0);
    cbx_write64(d, CBX_REG_BUF_MAX_LO, UINT64_MAX);
    cbx_write64(d, CBX_REG_BUF_ALIGN_LO, 0);
    cbx_write32(d, CBX_REG_BUF_CACHE, CBX_CACHE_CACHED);
    cbx_write32(d, CBX_REG_BUF_NODE, CBX_NODE_ANY);
    cbx_write32(d, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
    return cbx_read32(d, CBX_REG_BUF_STATUS);
}

uint32_t cbx_probe(QCbx *d, uint32_t command, uint64_t address)
{
    cbx_write64(d, CBX_REG_PROBE_LO, address);
    cbx_write32(d, CBX_REG_PROBE_COMMAND, command);
    return cbx_read32(d, CBX_REG_PROBE_STATUS);
}

uint32_t cbx_report(QCbx *d, uint32_t kind, const void *fields, size_t length)
{
    const uint8_t *at = fields;

    while (length >= 8) {
        cbx_write64(d, CBX_REG_REPORT_DATA, ldq_le_p(at));
        at += 8;
        length -= 8;
    }
    while (length--) {
        qtest_writeb(d->qts, d->regs.addr + CBX_REG_REPORT_DATA, *at++);
    }
    cbx_write32(d, CBX_REG_REPORT_COMMIT, kind);
    return cbx_read32(d, CBX_REG_REPORT_STATUS);
}

static void report_file_destroy(void *file)
{
    unlink(file);
    g_free(file);
    qos_invalidate_command_line();
}

void *cbx_report_to_file(GString *cmd_line, void *options)
{
    char *file = NULL;
    int fd = g_file_open_tmp("cbx-report-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_string_append_printf(cmd_line, " -chardev file,id=cbxr,path=%s"
                           " -global cbx.report=cbxr %s ", file,
                           options ? (const char *)options : "");
    g_test_queue_destroy(report_file_destroy, file);
    return file;
}

static void report_line_free(void *line)
{
    qobject_unref((QDict *)line);
}

GPtrArray *cbx_report_lines(const char *file)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(report_line_free);
    g_autofree char *text = NULL;
    g_auto(GStrv) split = NULL;
    gsize length;

    g_assert_true(g_file_get_contents(file, &text, &length, NULL));
    g_assert_true(length == 0 || text[length - 1] == '\n');
    g_assert_true(g_utf8_validate(text, length, NULL));
    split = g_strsplit(text, "\n", -1);
    for (char **line = split; *line && **line; line++) {
        QObject *parsed = qobject_from_json(*line, &error_abort);
        QDict *record = qobject_to(QDict, parsed);

        g_assert_nonnull(record);
        g_assert_cmpint(qdict_get_int(record, "seq"), ==, lines->len);
        g_ptr_array_add(lines, record);
    }
    return lines;
}

QDict *cbx_report_last(GPtrArray *lines, const char *type)
{
    for (unsigned i = lines->len; i; i--) {
        QDict *record = g_ptr_array_index(lines, i - 1);

        if (!strcmp(qdict_get_str(record, "type"), type)) {
            return record;
        }
    }
    return NULL;
}
