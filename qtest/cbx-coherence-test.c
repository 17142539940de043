/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: DMA that does not snoop. There is no processor here: the test's stores
 * are those of one, and what was declared as cached counts as cached. Cache
 * maintenance is tested with processors, in tests/device.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "cbx-iommu.h"
#include "cbx-stream.h"

#define LENGTH  8192u
#define PAGE    4096u
#define OLD     0x01d
#define NEW     0x2e3
/* Each machine has its own way to say so. */
#define OFF     "-global cbx.cca=off -global cbx.check-platform=off"

/* What the device sees of memory, by way of its own. */
static bool device_sees(QCbx *d, uint64_t address, uint64_t seed)
{
    g_assert_cmpint(cbx_dma(d, 0, address, 0, LENGTH), ==, CBX_ARM_DMA_OK);
    return cbx_find_difference(d, d->mem.addr, seed, LENGTH) == LENGTH;
}

static bool cpu_sees(QCbx *d, uint64_t address, uint64_t seed)
{
    return cbx_find_difference(d, address, seed, LENGTH) == LENGTH;
}

static void device_writes(QCbx *d, uint64_t address, uint64_t seed,
                          uint32_t ctl)
{
    cbx_put_pattern(d, d->mem.addr, seed, LENGTH);
    g_assert_cmpint(cbx_dma(d, ctl | CBX_ARM_DMA_FROM_DEVICE, address, 0,
                            LENGTH), ==, CBX_ARM_DMA_OK);
}

static uint32_t command(QCbx *d, uint32_t command)
{
    cbx_write32(d, CBX_REG_BUF_COMMAND, command);
    return cbx_read32(d, CBX_REG_BUF_STATUS);
}

static void declare(QCbx *d, uint64_t buffer, uint32_t cache)
{
    g_assert_cmpint(cbx_declare(d, buffer, LENGTH), ==, CBX_STATUS_OK);
    if (cache != CBX_CACHE_CACHED) {
        command(d, CBX_BUF_RELEASE);
        cbx_write32(d, CBX_REG_BUF_CACHE, cache);
        g_assert_cmpint(command(d, CBX_BUF_DECLARE), ==, CBX_STATUS_OK);
    }
}

static uint64_t old_buffer(QCbx *d, QGuestAllocator *alloc)
{
    uint64_t buffer = guest_alloc(alloc, LENGTH);

    g_assert_cmphex(buffer % PAGE, ==, 0);
    cbx_put_pattern(d, buffer, OLD, LENGTH);
    return buffer;
}

static void test_stale(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);
    uint32_t both = CBX_FEATURE_NON_COHERENT | CBX_FEATURE_COHERENCE;
    uint64_t lines = LENGTH / 64;
    g_autoptr(GPtrArray) report = NULL;
    QDict *record;

    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES) & both, ==, both);
    declare(d, buffer, CBX_CACHE_CACHED);

    cbx_put_pattern(d, buffer, NEW, LENGTH);
    g_assert_true(device_sees(d, buffer, OLD));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_STALE_FOR_DEVICE), ==, lines);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_MISSING_CLEANS), ==, lines);
    report = cbx_report_lines(data);
    record = cbx_report_last(report, "coherence");
    g_assert_cmpstr(qdict_get_str(record, "finding"), ==, "stale-read");
    g_assert_cmpint(qdict_get_int(record, "length"), ==, PAGE);
    g_assert_cmpstr(qdict_get_str(record, "last"), ==, "none");
    record = cbx_report_last(report, "device");
    g_assert_false(qdict_get_bool(record, "cca"));
    g_assert_cmpstr(qdict_get_str(record, "coherence"), ==, "on");

    /* Released, it is evicted. */
    g_assert_cmpint(command(d, CBX_BUF_RELEASE), ==, CBX_STATUS_OK);
    g_assert_true(device_sees(d, buffer, NEW));
}

static void test_use(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);

    g_assert_cmpint(command(d, CBX_BUF_USE), ==, CBX_STATUS_BAD_ID);
    declare(d, buffer, CBX_CACHE_CACHED);
    device_writes(d, buffer, NEW, 0);
    g_assert_true(cpu_sees(d, buffer, OLD));
    g_assert_true(device_sees(d, buffer, NEW));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_STALE_FOR_CPU), ==, LENGTH / 64);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_MISSING_INVALIDATES), ==, 0);
    g_assert_cmpint(command(d, CBX_BUF_USE), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_MISSING_INVALIDATES), ==, LENGTH / 64);
}

/* The oracle's checksum is of what the device sees. */
static void test_oracle(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);
    uint64_t old;

    declare(d, buffer, CBX_CACHE_CACHED);
    old = cbx_read64(d, CBX_REG_BUF_SUM_LO);
    cbx_put_pattern(d, buffer, NEW, LENGTH);
    g_assert_cmpint(command(d, CBX_BUF_INSPECT), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_SUM_LO), ==, old);
    g_assert_true(device_sees(d, buffer, OLD));
}

/* Rings are not declared here, and a buffer may not be cached. */
static void test_one_image(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t cached = old_buffer(d, alloc);
    uint64_t other = old_buffer(d, alloc);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = cached, .length = LENGTH,
        .argument = NEW,
    };

    declare(d, cached, CBX_CACHE_CACHED);
    declare(d, other, CBX_CACHE_NONCACHED);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_OK, LENGTH, 0);
    g_assert_true(cpu_sees(d, cached, OLD));
    g_assert_true(device_sees(d, cached, NEW));
    fill.address = other;
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_OK, LENGTH, 0);
    g_assert_true(cpu_sees(d, other, NEW));
}

/* A page that two buffers share in two ways is not followed. */
static void test_mixed(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);
    g_autoptr(GPtrArray) report = NULL;
    QDict *record;

    declare(d, buffer, CBX_CACHE_CACHED);
    device_writes(d, buffer, NEW, 0);
    g_assert_true(cpu_sees(d, buffer, OLD));
    declare(d, buffer, CBX_CACHE_NONCACHED);
    g_assert_true(cpu_sees(d, buffer, NEW));
    report = cbx_report_lines(data);
    record = cbx_report_last(report, "coherence");
    g_assert_cmpstr(qdict_get_str(record, "finding"), ==, "mixed");
}

static void test_atomic(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t buffer = old_buffer(d, alloc);
    uint32_t old = qtest_readl(d->qts, buffer);
    CbxDescriptor add = {
        .op = CBX_OP_FETCH_ADD, .address = buffer, .length = 4, .argument = 1,
    };

    declare(d, buffer, CBX_CACHE_CACHED);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &add), 0, CBX_STATUS_OK, 4, old);
    cbx_expect(cbx_queue_do(&q, &add), 0, CBX_STATUS_OK, 4, old + 1u);
    g_assert_cmphex(qtest_readl(d->qts, buffer), ==, old);
    command(d, CBX_BUF_RELEASE);
    g_assert_cmphex(qtest_readl(d->qts, buffer), ==, old + 2);
}

/* Where memory is looked at from outside, the caches are empty. */
static void test_stop(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);

    declare(d, buffer, CBX_CACHE_CACHED);
    device_writes(d, buffer, NEW, 0);
    g_assert_true(cpu_sees(d, buffer, OLD));
    qtest_qmp_assert_success(d->qts, "{'execute': 'stop'}");
    g_assert_true(cpu_sees(d, buffer, NEW));
    qtest_qmp_assert_success(d->qts, "{'execute': 'cont'}");
    device_writes(d, buffer, OLD, 0);
    g_assert_true(cpu_sees(d, buffer, NEW));
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    g_assert_true(cpu_sees(d, buffer, OLD));
}

/* Which buffers are cached is known to the other machine as well. */
static void test_migrated(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj, there = *d;
    uint64_t cached = old_buffer(d, alloc);
    uint64_t other = old_buffer(d, alloc);
    uint32_t id;

    declare(d, cached, CBX_CACHE_CACHED);
    id = cbx_read32(d, CBX_REG_BUF_ID);
    declare(d, other, CBX_CACHE_NONCACHED);
    device_writes(d, cached, NEW, 0);
    g_assert_true(cpu_sees(d, cached, OLD));
    there.qts = cbx_migrate(d->qts, "file:",
                            &(QCbxTwin) { .options = data });
    g_assert_true(cpu_sees(&there, cached, NEW));
    cbx_put_pattern(&there, cached, OLD, LENGTH);
    cbx_put_pattern(&there, other, NEW, LENGTH);
    g_assert_true(device_sees(&there, cached, NEW));
    g_assert_true(device_sees(&there, other, NEW));
    g_assert_cmpint(cbx_stat(&there, CBX_STAT_MISSING_CLEANS), ==,
                    LENGTH / 64);
    /* Inspected, it is the same; a reset forgets it. */
    cbx_write32(&there, CBX_REG_BUF_ID, id);
    g_assert_cmpint(command(&there, CBX_BUF_INSPECT), ==, CBX_STATUS_OK);
    g_assert_true(device_sees(&there, cached, NEW));
    cbx_write32(&there, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    g_assert_true(device_sees(&there, cached, OLD));
    qtest_quit(there.qts);
    qos_invalidate_command_line();
}

/* What a device cannot have written. */
static void test_bad_claims(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        const char *field;
        uint64_t value;
    } bad[] = {
        { "n_claims", 0x7fffffff }, { "n_claims", 0x80000000 },
        { "claims[0].buffer", CBX_BUFFERS_MAX }, { "claims[0].buffer", 1 },
        { "claims[0].length", 0 }, { "claims[0].length", PAGE + 1 },
        { "claims[0].address", 0x1001 },
    };
    QCbx *d = obj;
    QCbxStream m;
    QCbxTwin twin = { .options = data };
    QTestState *good;

    declare(d, old_buffer(d, alloc), CBX_CACHE_CACHED);
    cbx_stream_save(&m, d->qts);
    good = cbx_stream_load(&m, m.length, &twin);
    g_assert_nonnull(good);
    qtest_quit(good);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        size_t size;
        uint8_t *field = cbx_stream_field(&m, bad[i].field, &size);
        g_autofree uint8_t *kept = g_memdup2(field, size);
        uint64_t value = cpu_to_be64(bad[i].value);

        memcpy(field, (uint8_t *)&value + sizeof(value) - size, size);
        g_test_message("%s = %" PRIx64, bad[i].field, bad[i].value);
        g_assert_null(cbx_stream_load(&m, m.length, &twin));
        memcpy(field, kept, size);
    }
    cbx_stream_free(&m);
    qos_invalidate_command_line();
}

/* No-Snoop of a coherent device, and only if software allows it. */
static void test_no_snoop(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);
    uint8_t cap = qpci_find_capability(&d->pci, PCI_CAP_ID_EXP, 0);
    uint16_t control = qpci_config_readw(&d->pci, cap + PCI_EXP_DEVCTL);

    declare(d, buffer, CBX_CACHE_CACHED);
    device_writes(d, buffer, NEW, 0);
    g_assert_true(cpu_sees(d, buffer, NEW));
    device_writes(d, buffer, OLD, CBX_ARM_DMA_NO_SNOOP);
    g_assert_true(cpu_sees(d, buffer, NEW));
    qpci_config_writew(&d->pci, cap + PCI_EXP_DEVCTL,
                       control & ~PCI_EXP_DEVCTL_NOSNOOP_EN);
    device_writes(d, buffer, NEW + 1, CBX_ARM_DMA_NO_SNOOP);
    g_assert_true(cpu_sees(d, buffer, NEW + 1));
}

static void test_audit(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = old_buffer(d, alloc);

    declare(d, buffer, CBX_CACHE_CACHED);
    cbx_put_pattern(d, buffer, NEW, LENGTH);
    g_assert_true(device_sees(d, buffer, NEW));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_MISSING_CLEANS), ==, LENGTH / 64);
}

/* Through an IOMMU it is the same memory. */
static void test_translated(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    QCbx *d = &u->d;
    uint64_t buffer = iommu_memory(u, LENGTH, PAGE);
    uint64_t logical = 0x40000000;

    u->kind->start(u);
    iommu_map(u, logical, buffer, LENGTH);
    cbx_put_pattern(d, buffer, OLD, LENGTH);
    declare(d, logical, CBX_CACHE_CACHED);
    device_writes(d, logical, NEW, 0);
    g_assert_true(cpu_sees(d, buffer, OLD));
    g_assert_true(device_sees(d, logical, NEW));
    command(d, CBX_BUF_RELEASE);
    g_assert_true(cpu_sees(d, buffer, NEW));
}

static void refused(QCbx *d, const char *property, const char *value)
{
    qobject_unref(qtest_qmp_assert_failure_ref(d->qts,
        "{'execute': 'device_add', 'arguments': {'driver': 'cbx', %s: %s}}",
        property, value));
}

static void test_refused(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    refused(d, "coherence", "yes");
    refused(d, "coherence-policy", "late:never");
    /* Too late: code has been translated. */
    refused(d, "coherence", "on");
}

static void register_tests(void)
{
    QOSGraphTestOptions off = {
        .before = cbx_options, .arg = (char *)OFF,
    };
    QOSGraphTestOptions off_to_file = {
        .before = cbx_report_to_file, .arg = (char *)OFF,
    };
    QOSGraphTestOptions on = {
        .before = cbx_options, .arg = (char *)"-global cbx.coherence=on",
    };
    QOSGraphTestOptions audit = {
        .before = cbx_options,
        .arg = (char *)OFF " -global cbx.coherence=audit",
    };

    qos_node_produces("cbx", "cbx-coherence");
    qos_add_test("stale", "cbx-coherence", test_stale, &off_to_file);
    qos_add_test("use", "cbx-coherence", test_use, &off);
    qos_add_test("oracle", "cbx-coherence", test_oracle, &off);
    qos_add_test("one-image", "cbx-coherence", test_one_image, &off);
    qos_add_test("mixed", "cbx-coherence", test_mixed, &off_to_file);
    qos_add_test("atomic", "cbx-coherence", test_atomic, &off);
    qos_add_test("stop", "cbx-coherence", test_stop, &off);
    qos_add_test("migrated", "cbx-coherence", test_migrated, &off);
    qos_add_test("bad-claims", "cbx-coherence", test_bad_claims, &off);
    qos_add_test("no-snoop", "cbx-coherence", test_no_snoop, &on);
    qos_add_test("audit", "cbx-coherence", test_audit, &audit);
    qos_add_test("refused", "cbx-coherence", test_refused, NULL);
    for (unsigned i = 0; cbx_iommu_kinds[i]; i++) {
        qos_add_test("non-coherent", cbx_iommu_kinds[i]->node,
                     test_translated, &off);
    }
}

libqos_init(register_tests);
