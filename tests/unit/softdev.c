/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "softdev.h"

#include <string.h>

#include "cbx/abi.h"
#include "core/access.h"
#include "soft_engine.h"

/* Logical addresses go down from here, as Linux hands them out. */
#define SOFT_LOGICAL_TOP UINT64_C(0xffffe000)

/* The one device of a test: the guard has no other way to find it. */
static SoftDev *current;

/* ---- What the CPU may touch -------------------------------------------- */

static bool within(const volatile void *p, unsigned size,
                   const volatile void *start, uint64_t length)
{
    uintptr_t at = (uintptr_t)p;
    uintptr_t from = (uintptr_t)start;

    return at >= from && at + size <= from + length;
}

void cbx_access_guard(const volatile void *p, unsigned size, int write)
{
    (void)write;
    if (!current) {
        return;
    }
    if ((uintptr_t)p % size) {
        current->misaligned++;
    }
    if (within(p, size, current->mem, SOFT_MEM_SIZE)) {
        return;
    }
    for (unsigned i = 0; i < current->live->len; i++) {
        const CbxBuffer *buffer = g_ptr_array_index(current->live, i);

        if (within(p, size, buffer->va, buffer->length)) {
            return;
        }
    }
    current->outside++;
}

/* ---- Registers --------------------------------------------------------- */

static uint32_t *reg(SoftDev *dev, uint32_t offset)
{
    g_assert_cmpuint(offset % 4, ==, 0);
    g_assert_cmpuint(offset, <, CBX_BAR_REGS_SIZE);
    return &dev->regs[offset / 4];
}

uint64_t soft_reg64(SoftDev *dev, uint32_t offset)
{
    return *reg(dev, offset) | (uint64_t)*reg(dev, offset + 4) << 32;
}

void soft_set_reg64(SoftDev *dev, uint32_t offset, uint64_t value)
{
    *reg(dev, offset) = (uint32_t)value;
    *reg(dev, offset + 4) = value >> 32;
}

static uint32_t soft_read32(void *context, uint32_t offset)
{
    return *reg(context, offset);
}

static uint64_t soft_read64(void *context, uint32_t offset)
{
    g_assert_cmpuint(offset % 8, ==, 0);
    return soft_reg64(context, offset);
}

/* An x64 system: AllocateCommonBuffer alone ignores what is asked for. */
static uint32_t type_seen(SoftDev *dev)
{
    const SoftFaults *faults = &dev->faults;
    bool uncached = *reg(dev, CBX_REG_BUF_CACHE) == CBX_CACHE_NONCACHED &&
                    *reg(dev, CBX_REG_BUF_API) !=
                    CBX_API_ALLOCATE_COMMON_BUFFER;

    return faults->type_unmapped ? CBX_MEMTYPE_UNMAPPED
         : faults->type_mixed ? CBX_MEMTYPE_MIXED
         : faults->type_uncached ? CBX_MEMTYPE_UC
         : faults->type_write_combining ? CBX_MEMTYPE_WC
         : faults->type_cached ? CBX_MEMTYPE_WB
         : faults->type_write_through ? CBX_MEMTYPE_WT
         : faults->type_unknown ? CBX_MEMTYPE_UNKNOWN
         : faults->type ? faults->type
         : uncached ? CBX_MEMTYPE_UC : CBX_MEMTYPE_WB;
}

static uint32_t guest_node(SoftDev *dev)
{
    uint32_t node = *reg(dev, CBX_REG_BUF_NODE);

    return dev->faults.node_unknown ? 0
         : dev->faults.node_mixed ? CBX_NODE_SEEN_MIXED
         : CBX_NODE_SEEN_KNOWN | ((node == CBX_NODE_ANY ? 0 : node) ^
                                  dev->faults.node_other);
}

static void declare(SoftDev *dev)
{
    const uint32_t facts_all =
        CBX_FACT_RANGE_OK | CBX_FACT_WIDTH_OK | CBX_FACT_ALIGN_OK |
        CBX_FACT_READABLE | CBX_FACT_WRITABLE | CBX_FACT_RAM |
        CBX_FACT_GPA_CONTIGUOUS | CBX_FACT_TRANSLATED | CBX_FACT_IDENTITY |
        CBX_FACT_SAME_PAGE;
    uint64_t logical = soft_reg64(dev, CBX_REG_BUF_LOGICAL_LO);
    uint64_t length = soft_reg64(dev, CBX_REG_BUF_LENGTH_LO);
    uint64_t align = soft_reg64(dev, CBX_REG_BUF_ALIGN_LO);
    uint64_t last = logical + length - 1;
    uint64_t next_gpa = 0;
    uint32_t facts = facts_all | (dev->iommu ? CBX_FACT_IOMMU : 0);
    uint32_t pages = 0;
    uint32_t pages_ok = 0;

    if (dev->faults.refuse_declare) {
        *reg(dev, CBX_REG_BUF_STATUS) = CBX_STATUS_NO_SPACE;
        return;
    }
    if (logical < soft_reg64(dev, CBX_REG_BUF_MIN_LO) ||
        last > soft_reg64(dev, CBX_REG_BUF_MAX_LO) ||
        dev->faults.facts_range) {
        facts &= ~CBX_FACT_RANGE_OK;
    }
    if ((dev->addr_bits < 64 && last >> dev->addr_bits) ||
        dev->faults.facts_width) {
        facts &= ~CBX_FACT_WIDTH_OK;
    }
    if ((align && logical % align) || dev->faults.facts_align) {
        facts &= ~CBX_FACT_ALIGN_OK;
    }
    soft_set_reg64(dev, CBX_REG_BUF_BAD_LO, 0);
    for (uint64_t at = logical; at <= last;
         at = (at | (CBX_PAGE_SIZE - 1)) + 1, pages++) {
        uint64_t gpa;
        bool bad = soft_translate(dev, at, &gpa) != CBX_STATUS_OK;

        if (bad || (pages == 1 && dev->faults.facts_no_write)) {
            facts &= ~(bad ? CBX_FACT_READABLE | CBX_FACT_WRITABLE |
                             CBX_FACT_TRANSLATED | CBX_FACT_IDENTITY |
                             CBX_FACT_RAM | CBX_FACT_GPA_CONTIGUOUS
                           : CBX_FACT_WRITABLE);
            if (!soft_reg64(dev, CBX_REG_BUF_BAD_LO)) {
                soft_set_reg64(dev, CBX_REG_BUF_BAD_LO, at);
            }
        } else {
            pages_ok++;
        }
        if (bad) {
            continue;
        }
        facts &= ~(gpa == at ? CBX_FACT_TRANSLATED : CBX_FACT_IDENTITY);
        if (!pages) {
            soft_set_reg64(dev, CBX_REG_BUF_GPA_LO, gpa);
        } else if (gpa != next_gpa) {
            facts &= ~CBX_FACT_GPA_CONTIGUOUS;
        }
        next_gpa = (gpa | (CBX_PAGE_SIZE - 1)) + 1;
    }
    if (dev->faults.facts_no_ram) {
        facts &= ~CBX_FACT_RAM;
    }
    if (dev->faults.facts_gaps) {
        facts &= ~CBX_FACT_GPA_CONTIGUOUS;
    }
    if (dev->faults.facts_no_iommu) {
        facts &= ~CBX_FACT_IOMMU;
    }
    if (dev->faults.facts_translated) {
        facts = (facts & ~CBX_FACT_IDENTITY) | CBX_FACT_TRANSLATED;
    }
    if (dev->faults.facts_other_page) {
        facts &= ~CBX_FACT_SAME_PAGE;
    }
    *reg(dev, CBX_REG_BUF_FACTS) = facts;
    *reg(dev, CBX_REG_BUF_TYPE_SEEN) = type_seen(dev);
    soft_caches_map(dev, type_seen(dev));
    *reg(dev, CBX_REG_BUF_GUEST_NODE) = guest_node(dev);
    *reg(dev, CBX_REG_BUF_PAGES) = pages;
    *reg(dev, CBX_REG_BUF_PAGES_OK) = pages_ok;
    *reg(dev, CBX_REG_BUF_ID) = ++dev->last_id;
    *reg(dev, CBX_REG_BUF_STATUS) = CBX_STATUS_OK;
}

static void probe(SoftDev *dev)
{
    uint64_t gpa;

    *reg(dev, CBX_REG_PROBE_STATUS) =
        soft_translate(dev, soft_reg64(dev, CBX_REG_PROBE_LO), &gpa);
}

/* ---- Report port ------------------------------------------------------- */

static void commit(SoftDev *dev, uint32_t kind)
{
    static const char *const kinds[CBX_REPORT_KINDS] = {
#define ENTRY(n, id, name) [n] = name,
        CBX_REPORT_LIST(ENTRY)
#undef ENTRY
    };
    GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal,
                                               g_free, g_free);
    const char *at = (const char *)dev->record->data;
    const char *end = at + dev->record->len;

    g_assert_cmpuint(dev->locked, ==, 1);
    g_assert_cmpuint(kind, <, CBX_REPORT_KINDS);
    g_assert_cmpuint(dev->record->len, <=, CBX_REPORT_BYTES_MAX);
    while (at < end) {
        const char *value = at + strlen(at) + 1;

        g_assert_true(value < end);
        g_assert_true(g_hash_table_insert(fields, g_strdup(at),
                                          g_strdup(value)));
        at = value + strlen(value) + 1;
    }
    g_assert_true(at == end);
    g_hash_table_insert(fields, g_strdup("type"), g_strdup(kinds[kind]));
    g_byte_array_set_size(dev->record, 0);
    g_ptr_array_add(dev->records, fields);
    *reg(dev, CBX_REG_REPORT_STATUS) =
        dev->faults.refuse_record ? CBX_STATUS_BAD_RECORD : CBX_STATUS_OK;
}

GHashTable *softdev_record(SoftDev *dev, const char *type, unsigned n)
{
    for (unsigned i = 0; i < dev->records->len; i++) {
        GHashTable *fields = g_ptr_array_index(dev->records, i);

        if (!g_strcmp0(g_hash_table_lookup(fields, "type"), type) && !n--) {
            return fields;
        }
    }
    return NULL;
}

/* ---- Writes ------------------------------------------------------------ */

static void soft_write32(void *context, uint32_t offset, uint32_t value)
{
    SoftDev *dev = context;

    *reg(dev, offset) = value;
    switch (offset) {
    case CBX_ARM_DMA_CTL:
        if (value & CBX_ARM_DMA_TRIGGER) {
            soft_single_shot(dev, value);
        }
        break;
    case CBX_ARM_DMA_STATUS:
        *reg(dev, offset) = 0;
        break;
    case CBX_REG_BUF_COMMAND:
        if (value == CBX_BUF_DECLARE) {
            declare(dev);
        } else {
            dev->uses += value == CBX_BUF_USE;
            *reg(dev, CBX_REG_BUF_STATUS) = CBX_STATUS_OK;
        }
        break;
    case CBX_REG_PROBE_COMMAND:
        probe(dev);
        break;
    case CBX_REG_REPORT_COMMIT:
        commit(dev, value);
        break;
    case CBX_REG_QUEUE(0, CBX_Q_CONTROL):
        dev->head = 0;
        dev->cq_tail = 0;
        dev->phase = true;
        *reg(dev, CBX_REG_QUEUE(0, CBX_Q_STATUS)) = CBX_STATUS_OK;
        break;
    case CBX_REG_DOORBELL(0, CBX_DB_TAIL):
        if (dev->late_interrupt) {
            dev->unheard = value;
            break;
        }
        soft_queue(dev, value);
        break;
    default:
        break;
    }
}

static void soft_write64(void *context, uint32_t offset, uint64_t value)
{
    SoftDev *dev = context;

    g_assert_cmpuint(offset % 8, ==, 0);
    if (offset == CBX_REG_REPORT_DATA) {
        g_byte_array_append(dev->record, (const guint8 *)&value, 8);
        return;
    }
    soft_set_reg64(dev, offset, value);
}

static void soft_write8(void *context, uint32_t offset, uint8_t value)
{
    SoftDev *dev = context;

    g_assert_cmpuint(offset, ==, CBX_REG_REPORT_DATA);
    g_byte_array_append(dev->record, &value, 1);
}

/* ---- The system -------------------------------------------------------- */

static void soft_barrier(void *context)
{
    (void)context;
    __sync_synchronize();
}

static void soft_flush(void *context, const volatile void *address,
                       uint64_t length, bool read)
{
    SoftDev *dev = context;

    dev->flushes++;
    soft_caches_flush(dev, address, length, read);
}

static void soft_interrupt_arm(void *context)
{
    SoftDev *dev = context;

    dev->interrupt = false;
}

static bool soft_interrupt_wait(void *context, uint32_t milliseconds)
{
    SoftDev *dev = context;
    bool came = dev->interrupt;

    g_assert_cmpuint(milliseconds, >, 0);
    if (dev->late_interrupt) {
        dev->late_interrupt = false;
        return true;
    }
    if (dev->unheard) {
        soft_queue(dev, dev->unheard);
        dev->unheard = 0;
        came = dev->interrupt;
    }
    dev->interrupt = false;
    return came;
}

static uint64_t soft_virt_to_phys(void *context, const volatile void *address)
{
    SoftDev *dev = context;
    uint64_t offset = (uint64_t)((const volatile uint8_t *)address -
                                 dev->memory);

    if (dev->faults.phys_unknown) {
        return CBX_PHYS_UNKNOWN;
    }
    if (dev->faults.phys_other_page ||
        (dev->faults.phys_gaps && offset >= dev->gap_offset)) {
        offset += CBX_PAGE_SIZE;
    }
    return SOFT_GPA_BASE + offset;
}

static uint32_t soft_report_lock(void *context)
{
    SoftDev *dev = context;

    return dev->locked++;
}

static void soft_report_unlock(void *context, uint32_t state)
{
    SoftDev *dev = context;

    dev->locked--;
    g_assert_cmpuint(dev->locked, ==, state);
}

static const CbxWorldOps ops = {
    .read32 = soft_read32,
    .read64 = soft_read64,
    .write8 = soft_write8,
    .write32 = soft_write32,
    .write64 = soft_write64,
    .barrier = soft_barrier,
    .flush = soft_flush,
    .interrupt_arm = soft_interrupt_arm,
    .interrupt_wait = soft_interrupt_wait,
    .virt_to_phys = soft_virt_to_phys,
    .report_lock = soft_report_lock,
    .report_unlock = soft_report_unlock,
};

SoftDev *softdev_new(bool iommu)
{
    SoftDev *dev = g_new0(SoftDev, 1);

    g_assert_null(current);
    current = dev;
    dev->iommu = iommu;
    dev->addr_bits = 64;
    dev->next_logical = SOFT_LOGICAL_TOP;
    dev->memory = g_aligned_alloc(SOFT_PAGES, CBX_PAGE_SIZE, CBX_PAGE_SIZE);
    dev->mem = g_aligned_alloc0(1, SOFT_MEM_SIZE, CBX_PAGE_SIZE);
    dev->record = g_byte_array_new();
    dev->records = g_ptr_array_new_with_free_func(
        (GDestroyNotify)g_hash_table_unref);
    dev->live = g_ptr_array_new();
    dev->world = (CbxWorld) {
        .ops = &ops,
        .context = dev,
        .mem = dev->mem,
        .mem_length = SOFT_MEM_SIZE,
        .has_interrupt = true,
        .nodes = 2,
    };
    memset(dev->memory, 0xa5, (size_t)SOFT_PAGES * CBX_PAGE_SIZE);

    *reg(dev, CBX_REG_MAGIC) = CBX_MAGIC;
    *reg(dev, CBX_REG_VERSION) = CBX_ABI_VERSION;
    *reg(dev, CBX_REG_FEATURES) = CBX_FEATURE_QUEUES | CBX_FEATURE_ORACLE |
                                  CBX_FEATURE_REPORT |
                                  (iommu ? CBX_FEATURE_IOMMU : 0);
    *reg(dev, CBX_REG_ADDR_BITS) = 64;
    *reg(dev, CBX_REG_QUEUES) = 1;
    *reg(dev, CBX_REG_VECTORS) = 1;
    soft_set_reg64(dev, CBX_REG_MEM_SIZE_LO, SOFT_MEM_SIZE);
    soft_set_reg64(dev, CBX_REG_SEED_LO, 0x5eed);
    return dev;
}

void softdev_free(SoftDev *dev)
{
    g_assert_cmpuint(dev->misaligned, ==, 0);
    g_assert_cmpuint(dev->outside, ==, 0);
    current = NULL;
    g_ptr_array_unref(dev->live);
    g_ptr_array_unref(dev->records);
    g_byte_array_unref(dev->record);
    soft_caches_free(dev);
    g_aligned_free(dev->mem);
    g_aligned_free(dev->memory);
    g_free(dev);
}

/* ---- Memory and mappings ----------------------------------------------- */

static void map_page(SoftDev *dev, uint64_t logical, unsigned page)
{
    for (unsigned i = 0; i < SOFT_MAPS; i++) {
        if (!dev->maps[i].valid) {
            dev->maps[i] = (SoftMap) {
                .logical = logical,
                .gpa = SOFT_GPA_BASE + (uint64_t)page * CBX_PAGE_SIZE,
                .valid = true,
            };
            return;
        }
    }
    g_assert_not_reached();
}

void softdev_map(SoftDev *dev, uint64_t logical)
{
    g_assert_cmpuint(dev->pages_used, <, SOFT_PAGES);
    map_page(dev, logical, dev->pages_used++);
}

void softdev_allocate(SoftDev *dev, CbxBuffer *buffer, uint64_t length,
                      uint64_t offset)
{
    unsigned pages = (unsigned)((offset + length + CBX_PAGE_SIZE - 1) /
                                CBX_PAGE_SIZE);
    unsigned first = dev->pages_used;
    uint64_t logical;

    g_assert_cmpuint(first + pages, <=, SOFT_PAGES);
    dev->pages_used += pages;
    if (dev->iommu && !dev->one_to_one) {
        dev->next_logical -= (uint64_t)(pages + 1) * CBX_PAGE_SIZE;
        logical = dev->next_logical;
    } else {
        logical = SOFT_GPA_BASE + (uint64_t)first * CBX_PAGE_SIZE;
    }
    for (unsigned i = 0; i < pages; i++) {
        map_page(dev, logical + (uint64_t)i * CBX_PAGE_SIZE, first + i);
    }
    *buffer = (CbxBuffer) {
        .api = CBX_API_ALLOCATE_COMMON_BUFFER,
        .va = dev->memory + (uint64_t)first * CBX_PAGE_SIZE + offset,
        .logical = logical + offset,
        .length = length,
        .max = UINT64_MAX,
        .align = CBX_PAGE_SIZE,
        .node = CBX_NODE_ANY,
        .variant = "test",
    };
    g_ptr_array_add(dev->live, buffer);
}

void softdev_release(SoftDev *dev, CbxBuffer *buffer)
{
    uint64_t first = buffer->logical & ~(uint64_t)(CBX_PAGE_SIZE - 1);
    uint64_t last = buffer->logical + buffer->length - 1;

    g_assert_true(g_ptr_array_remove(dev->live, buffer));
    for (unsigned i = 0; i < SOFT_MAPS && !dev->faults.stale_mapping; i++) {
        if (dev->maps[i].logical >= first && dev->maps[i].logical <= last) {
            dev->maps[i].valid = false;
        }
    }
}
