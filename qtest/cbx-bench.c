/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: how fast it is. Not a test: nothing is expected of the times, and the
 * functions are there only when CBX_BENCH is in the environment.
 *
 * Guest memory is a file that this program maps too, so that descriptors and
 * completions cost no message to QEMU; for all devices alike what remains is
 * one message per doorbell, and for those which work on virtual time another
 * that lets it pass.
 */
#include "qemu/osdep.h"
#include <sys/mman.h>
#include "qemu/atomic.h"
#include "qemu/bswap.h"
#include "qemu/madvise.h"
#include "qemu/memalign.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "cbx-iommu.h"

#define RAM_SIZE    (512 * MiB)
#define AREA        (64 * MiB)
#define AREA_GPA    (256 * MiB)     /* beyond what the allocator knows */
#define TABLE_AREA  (8 * MiB)       /* of AREA, mapped page by page */
#define PAGE        CBX_IOMMU_PAGE
#define SEED        0xbe9c4
#define ENTRIES     1024
#define SMALL       512             /* a block of nvme */
#define LONG_NS     10000000        /* virtual; ends all work there is */
#define RUN_SECONDS 0.3
#define BATCH       255             /* small operations per doorbell */

#define NVME_SLOT   0x11
#define EDU_SLOT    0x12

typedef struct Bench {
    QCbx *d;
    QCbxQueue q;
    uint8_t *ram;
} Bench;

/* ---- Time -------------------------------------------------------------- */

/*
 * The best of many rounds: what the machine does besides can only make a
 * round slower.
 */
typedef struct Stopwatch {
    double begun, lap, best;        /* seconds */
} Stopwatch;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void lap_begin(Stopwatch *w)
{
    w->lap = now();
    if (!w->begun) {
        w->begun = w->lap;
        w->best = G_MAXDOUBLE;
    }
}

/* Returns whether there is time for another. */
static bool lap_end(Stopwatch *w)
{
    double end = now();

    w->best = MIN(w->best, end - w->lap);
    return end - w->begun < RUN_SECONDS;
}

/* ---- Set-up ------------------------------------------------------------ */

static void *add_shared_ram(GString *cmd_line, void *options)
{
    char *file = NULL;
    int fd = g_file_open_tmp("cbx-bench-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_string_append_printf(cmd_line, " -m 512M -object memory-backend-file,"
                           "id=ram,size=512M,share=on,mem-path=%s"
                           " -machine memory-backend=ram"
                           " -global cbx.mem-size=64M %s ", file,
                           (const char *)options);
    return file;
}

static void bench_start(Bench *b, QCbx *d, QGuestAllocator *alloc, char *file)
{
    int fd = open(file, O_RDWR);

    g_assert_cmpint(fd, >=, 0);
    b->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(b->ram != MAP_FAILED);
    close(fd);
    unlink(file);
    g_free(file);
    b->d = d;
    cbx_queue_start(&b->q, d, alloc, 0, ENTRIES, CBX_Q_VECTOR_NONE);
}

static void bench_end(Bench *b)
{
    munmap(b->ram, RAM_SIZE);
    qos_invalidate_command_line();
}

/* ---- The device -------------------------------------------------------- */

/* @n operations of @size bytes, one doorbell. */
static void batch(Bench *b, uint8_t op, uint64_t size, unsigned n,
                  uint64_t *next, uint64_t area)
{
    QCbxQueue *q = &b->q;

    for (unsigned i = 0; i < n; i++) {
        CbxDescriptor desc = {
            .op = op,
            .address = cpu_to_le64(AREA_GPA + *next),
            .length = cpu_to_le64(size),
            .argument = cpu_to_le64(SEED),
        };

        if (op == CBX_OP_READ || op == CBX_OP_WRITE) {
            desc.offset = cpu_to_le64(*next);
            desc.argument = 0;
        } else {
            desc.argument2 = cpu_to_le64(*next);
        }
        memcpy(b->ram + q->ring + q->tail * sizeof(desc), &desc, sizeof(desc));
        q->tail = (q->tail + 1) % q->entries;
        *next = (*next + size) % area;
    }
    cbx_queue_ring(q);
    qtest_clock_step(b->d->qts, LONG_NS);
    for (unsigned i = 0; i < n; i++) {
        CbxCompletion c;

        memcpy(&c, b->ram + q->cq + q->cq_head * sizeof(c), sizeof(c));
        g_assert_cmpint(le16_to_cpu(c.status), ==, CBX_STATUS_OK);
        g_assert_cmpint(le16_to_cpu(c.flags) & CBX_COMP_PHASE, ==,
                        q->phase ? CBX_COMP_PHASE : 0);
        q->cq_head = (q->cq_head + 1) % q->entries;
        q->phase ^= q->cq_head == 0;
    }
    cbx_write32(b->d, CBX_REG_DOORBELL(q->n, CBX_DB_CQ_HEAD), q->cq_head);
}

/* Operations per second. */
static double device_rate(Bench *b, uint8_t op, uint64_t size, uint64_t area)
{
    unsigned n = MIN(MAX(area / size, 1), size > SMALL ? ENTRIES - 1 : BATCH);
    uint64_t next = 0;
    Stopwatch w = { };

    do {
        lap_begin(&w);
        batch(b, op, size, n, &next, area);
    } while (lap_end(&w));
    return n / w.best;
}

/* ---- What it is compared with ------------------------------------------ */

/*
 * memcpy() here instead of in QEMU: the same C library, the same pages of
 * guest memory, and an own area in place of the device's memory.
 */
static double memcpy_rate(Bench *b, uint64_t size)
{
    uint8_t *device = qemu_memalign(2 * MiB, AREA);
    unsigned n = CLAMP(AREA / size, 1, ENTRIES - 1);
    uint64_t next = 0;
    Stopwatch w = { };

    /* As QEMU does with memory of machine and device. */
    qemu_madvise(device, AREA, QEMU_MADV_HUGEPAGE);
    memcpy(device, b->ram + AREA_GPA, AREA);
    do {
        lap_begin(&w);
        for (unsigned i = 0; i < n; i++) {
            memcpy(device + next, b->ram + AREA_GPA + next, size);
            next = (next + size) % AREA;
        }
    } while (lap_end(&w));
    g_assert_cmpint(device[AREA - 1], ==, b->ram[AREA_GPA + AREA - 1]);
    qemu_vfree(device);
    return n / w.best;
}

typedef struct Nvme {
    QPCIDevice pci;
    QPCIBar bar;
    uint8_t *ram;
    uint64_t sq[2], cq[2];          /* admin, I/O */
    unsigned tail[2], head[2], phase[2];
} Nvme;

typedef struct NvmeCommand {
    uint32_t opcode_and_id;
    uint32_t nsid;
    uint64_t reserved, metadata, prp1, prp2;
    uint32_t dwords[6];
} NvmeCommand;

#define NVME_AQA        0x24
#define NVME_ASQ        0x28
#define NVME_ACQ        0x30
#define NVME_CC         0x14
#define NVME_CC_VALUE   0x00460001      /* entries of 64 and 16, enable */
#define NVME_CSTS       0x1c
#define NVME_DOORBELL   0x1000
#define NVME_ENTRIES    (BATCH + 1)
#define NVME_CQE        16

static void nvme_place(Nvme *n, unsigned q, const NvmeCommand *command)
{
    memcpy(n->ram + n->sq[q] + n->tail[q] * sizeof(*command), command,
           sizeof(*command));
    n->tail[q] = (n->tail[q] + 1) % NVME_ENTRIES;
}

static void nvme_ring(Nvme *n, unsigned q)
{
    qpci_io_writel(&n->pci, n->bar, NVME_DOORBELL + 8 * q, n->tail[q]);
}

static void nvme_wait(Nvme *n, unsigned q, unsigned count)
{
    while (count--) {
        uint16_t *status = (void *)(n->ram + n->cq[q] + n->head[q] * NVME_CQE +
                                    14);

        while ((qatomic_read(status) & 1) != n->phase[q]) {
            sched_yield();
        }
        g_assert_cmphex(*status >> 1, ==, 0);
        n->head[q] = (n->head[q] + 1) % NVME_ENTRIES;
        n->phase[q] ^= n->head[q] == 0;
    }
    qpci_io_writel(&n->pci, n->bar, NVME_DOORBELL + 8 * q + 4, n->head[q]);
}

static void nvme_admin(Nvme *n, uint32_t opcode, uint64_t ring, uint32_t flags)
{
    NvmeCommand create = {
        .opcode_and_id = cpu_to_le32(opcode),
        .prp1 = cpu_to_le64(ring),
        .dwords = {
            cpu_to_le32((NVME_ENTRIES - 1) << 16 | 1), cpu_to_le32(flags),
        },
    };

    nvme_place(n, 0, &create);
    nvme_ring(n, 0);
    nvme_wait(n, 0, 1);
}

static void nvme_start(Nvme *n, Bench *b, QGuestAllocator *alloc)
{
    QPCIAddress address = { .devfn = NVME_SLOT << 3 };

    n->ram = b->ram;
    qpci_device_init(&n->pci, b->d->pci.bus, &address);
    qpci_device_enable(&n->pci);
    n->bar = qpci_iomap(&n->pci, 0, NULL);
    for (unsigned i = 0; i < 2; i++) {
        n->sq[i] = guest_alloc(alloc, NVME_ENTRIES * sizeof(NvmeCommand));
        n->cq[i] = guest_alloc(alloc, NVME_ENTRIES * NVME_CQE);
        memset(n->ram + n->cq[i], 0, NVME_ENTRIES * NVME_CQE);
        n->phase[i] = 1;
    }
    qpci_io_writel(&n->pci, n->bar, NVME_AQA,
                   (NVME_ENTRIES - 1) << 16 | (NVME_ENTRIES - 1));
    qpci_io_writeq(&n->pci, n->bar, NVME_ASQ, n->sq[0]);
    qpci_io_writeq(&n->pci, n->bar, NVME_ACQ, n->cq[0]);
    qpci_io_writel(&n->pci, n->bar, NVME_CC, NVME_CC_VALUE);
    g_assert_cmphex(qpci_io_readl(&n->pci, n->bar, NVME_CSTS), ==, 1);
    nvme_admin(n, 5, n->cq[1], 1);              /* completion queue */
    nvme_admin(n, 1, n->sq[1], 1 << 16 | 1);    /* submission queue */
}

static double nvme_rate(Bench *b, QGuestAllocator *alloc)
{
    Nvme n = { };
    Stopwatch w = { };

    nvme_start(&n, b, alloc);
    do {
        lap_begin(&w);
        for (unsigned i = 0; i < NVME_ENTRIES - 1; i++) {
            NvmeCommand read = {
                .opcode_and_id = cpu_to_le32(i << 16 | 2),
                .nsid = cpu_to_le32(1),
                .prp1 = cpu_to_le64(AREA_GPA + i * 4096),
                .dwords = { cpu_to_le32(i) },
            };

            nvme_place(&n, 1, &read);
        }
        nvme_ring(&n, 1);
        nvme_wait(&n, 1, NVME_ENTRIES - 1);
    } while (lap_end(&w));
    return (NVME_ENTRIES - 1) / w.best;
}

static double edu_rate(Bench *b)
{
    QPCIAddress address = { .devfn = EDU_SLOT << 3 };
    QPCIDevice pci;
    QPCIBar bar;
    Stopwatch w = { };

    qpci_device_init(&pci, b->d->pci.bus, &address);
    qpci_device_enable(&pci);
    bar = qpci_iomap(&pci, 0, NULL);
    do {
        lap_begin(&w);
        qpci_io_writeq(&pci, bar, 0x80, 0x40000);       /* its buffer */
        qpci_io_writeq(&pci, bar, 0x88, 16 * MiB);
        qpci_io_writeq(&pci, bar, 0x90, SMALL);
        qpci_io_writeq(&pci, bar, 0x98, 3);             /* run, to memory */
        qtest_clock_step(b->d->qts, 100 * 1000000);
        g_assert_cmphex(qpci_io_readq(&pci, bar, 0x98) & 1, ==, 0);
    } while (lap_end(&w));
    return 1 / w.best;
}

/* ---- Tables ------------------------------------------------------------ */

static const struct {
    const char *name;
    uint64_t size;
} sizes[] = {
    { "4 KiB", 4 * KiB }, { "64 KiB", 64 * KiB }, { "1 MiB", MiB },
    { "64 MiB", 64 * MiB },
};

static void bench_plain(void *obj, void *data, QGuestAllocator *alloc)
{
    Bench b = { };
    double rate, nvme, edu;

    bench_start(&b, obj, alloc, data);
    /* What "write" puts into the area is what "verify" expects there. */
    device_rate(&b, CBX_OP_FILL, MiB, AREA);
    device_rate(&b, CBX_OP_READ, MiB, AREA);
    g_print("| size | memcpy, GB/s | read | write | verify |\n"
            "| --- | --- | --- | --- | --- |\n");
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        double memory = memcpy_rate(&b, sizes[i].size);
        double read = device_rate(&b, CBX_OP_READ, sizes[i].size, AREA);
        double verify = device_rate(&b, CBX_OP_VERIFY, sizes[i].size, AREA);
        double write = device_rate(&b, CBX_OP_WRITE, sizes[i].size, AREA);

        g_print("| %s | %.2f | %.2f | %.2f | %.2f |\n", sizes[i].name,
                memory * sizes[i].size / 1e9, read / memory, write / memory,
                verify / memory);
    }
    rate = device_rate(&b, CBX_OP_WRITE, SMALL, AREA);
    nvme = nvme_rate(&b, alloc);
    edu = edu_rate(&b);
    g_print("\n| 512 bytes to memory, one queue | per second |\n"
            "| --- | --- |\n| cbx | %.0f |\n| nvme, null-co | %.0f |\n"
            "| edu | %.0f |\n", rate, nvme, edu);
    bench_end(&b);
}

/* Pages at their own addresses: the tables have to be walked all the same. */
static void map_itself(QIommu *u, uint64_t gpa, uint64_t length)
{
    uint64_t first = ROUND_DOWN(gpa, PAGE);

    iommu_map(u, first, first, ROUND_UP(gpa + length, PAGE) - first);
}

static void bench_translated(void *obj, void *data, QGuestAllocator *alloc)
{
    static const char *const names[] = { "off", "on" };
    QIommu *u = obj;
    Bench b = { };
    double rates[2][ARRAY_SIZE(sizes) - 1];

    bench_start(&b, &u->d, alloc, data);
    for (unsigned on = 0; on < 2; on++) {
        if (on) {
            cbx_write32(&u->d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
            u->kind->start(u);
            cbx_queue_start(&b.q, &u->d, alloc, 0, ENTRIES, CBX_Q_VECTOR_NONE);
            map_itself(u, b.q.ring, ENTRIES * CBX_DESCRIPTOR_SIZE);
            map_itself(u, b.q.cq, ENTRIES * CBX_COMPLETION_SIZE);
            map_itself(u, AREA_GPA, TABLE_AREA);
        }
        for (unsigned i = 0; i < ARRAY_SIZE(rates[on]); i++) {
            rates[on][i] = device_rate(&b, CBX_OP_READ, sizes[i].size,
                                       TABLE_AREA);
        }
    }
    g_print("\n| VT-d, read of | %s, us | %s, us | ratio |\n"
            "| --- | --- | --- | --- |\n", names[0], names[1]);
    for (unsigned i = 0; i < ARRAY_SIZE(rates[0]); i++) {
        g_print("| %s | %.2f | %.2f | %.2f |\n", sizes[i].name,
                1e6 / rates[0][i], 1e6 / rates[1][i],
                rates[0][i] / rates[1][i]);
    }
    bench_end(&b);
}

static void register_benches(void)
{
    QOSGraphTestOptions plain = {
        .before = add_shared_ram,
        .arg = (char *)"-blockdev null-co,node-name=null,size=1073741824,"
               "read-zeroes=on -device nvme,serial=1,drive=null,addr=0x11"
               " -device edu,addr=0x12",
    };
    QOSGraphTestOptions translated = {
        .before = add_shared_ram,
        .arg = (char *)"",
    };

    if (getenv("CBX_BENCH")) {
        qos_node_produces("cbx", "cbx-bench");
        qos_add_test("bench", "cbx-bench", bench_plain, &plain);
        qos_add_test("bench-translated", "cbx-vtd-legacy", bench_translated,
                     &translated);
    }
}

libqos_init(register_benches);
