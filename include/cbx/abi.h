/* SPDX-License-Identifier: MIT */
/*
 * CBX guest-visible ABI: registers, descriptors, completions, report records.
 *
 * The one definition. The device, the Windows drivers, the stand-in host and
 * the tests include this file and nothing else states an offset. C99, needs
 * only <stdint.h>; usable in a kernel driver and in C++.
 *
 * All registers, descriptors and completions are little-endian. "Address"
 * means a logical address: what the device puts on the bus, before any IOMMU.
 * Registers are 32 bits wide unless named _LO/_HI; such a pair may be accessed
 * as one naturally aligned 64-bit register at _LO.
 *
 * scripts/registers.py makes docs/registers.md of the comments here. That of a
 * register begins with RO, RW or WO, then what it reads after reset in
 * parentheses if that is not 0. Names of bits and values are indented.
 */
#ifndef CBX_ABI_H
#define CBX_ABI_H

#include <stdint.h>

/* ---- Identity ---------------------------------------------------------- */

/*
 * 0x1234 is the vendor ID QEMU's own teaching and test devices use; it is not
 * assigned by PCI-SIG to anybody.
 */
#define CBX_PCI_VENDOR_ID            0x1234u
#define CBX_PCI_DEVICE_ID            0xcb01u   /* cbx: other peripheral */
#define CBX_NET_PCI_DEVICE_ID        0xcb02u   /* cbx-net: network class */
#define CBX_DISPLAY_PCI_DEVICE_ID    0xcb03u   /* cbx-display: display class */

/* Identity of the Arm PCIe Exerciser, chosen by a property of the device. */
#define CBX_ARM_VENDOR_ID            0x13b5u
#define CBX_ARM_DEVICE_ID            0xed01u

/* ---- BARs -------------------------------------------------------------- */

#define CBX_BAR_REGS                 0   /* 32-bit, not prefetchable */
#define CBX_BAR_MEM                  2   /* 64-bit, prefetchable */
#define CBX_BAR_MSIX                 4   /* 32-bit: MSI-X table and PBA */

#define CBX_BAR_REGS_SIZE            0x20000u
#define CBX_MEM_SIZE_MIN             0x00100000u   /* 1 MiB */
#define CBX_MEM_SIZE_MAX             0x10000000u   /* 256 MiB */

/* ---- BAR0 0x000-0x0ff: Arm PCIe Exerciser ------------------------------ */

/* Offsets and bits as in Arm's PCIe Exerciser register description. */
#define CBX_ARM_MSI_CTL              0x00u  /* RW: sends a message */
#define   CBX_ARM_MSI_VECTOR_MASK    0x000007ffu
#define   CBX_ARM_MSI_TRIGGER        0x80000000u
#define CBX_ARM_INTX_CTL             0x04u  /* RW: level of INTA */
#define   CBX_ARM_INTX_ASSERT        0x00000001u
#define CBX_ARM_DMA_CTL              0x08u  /* RW: starts a transfer */
#define   CBX_ARM_DMA_TRIGGER_MASK   0x0000000fu
#define   CBX_ARM_DMA_TRIGGER        0x00000001u
#define   CBX_ARM_DMA_FROM_DEVICE    0x00000010u   /* device memory -> bus */
#define   CBX_ARM_DMA_NO_SNOOP       0x00000020u
#define   CBX_ARM_DMA_PASID          0x00000040u
#define   CBX_ARM_DMA_PRIVILEGED     0x00000080u
#define   CBX_ARM_DMA_INSTRUCTION    0x00000100u
#define   CBX_ARM_DMA_USE_ATC        0x00000200u
#define   CBX_ARM_DMA_AT_SHIFT       10u
#define   CBX_ARM_DMA_AT_MASK        0x00000c00u
#define   CBX_ARM_DMA_AT_DEFAULT     0u
#define   CBX_ARM_DMA_AT_UNTRANSLATED 1u
#define   CBX_ARM_DMA_AT_TRANSLATED  2u
#define   CBX_ARM_DMA_AT_RESERVED    3u
#define CBX_ARM_DMA_OFFSET           0x0cu  /* RW: in device memory */
#define CBX_ARM_BUS_ADDR_LO          0x10u  /* RW: logical address */
#define CBX_ARM_BUS_ADDR_HI          0x14u
#define CBX_ARM_DMA_LEN              0x18u  /* RW: bytes */
#define CBX_ARM_DMA_STATUS           0x1cu  /* RO: of the last transfer */
#define   CBX_ARM_DMA_STATUS_MASK    0x00000003u
#define   CBX_ARM_DMA_OK             0u
#define   CBX_ARM_DMA_ERR_RANGE      1u   /* outside device memory */
#define   CBX_ARM_DMA_ERR_INTERNAL   2u   /* fault, reserved type, ... */
#define   CBX_ARM_DMA_STATUS_CLEAR   0x00000004u
#define CBX_ARM_PASID_VAL            0x20u  /* RW: kept, not used */
#define   CBX_ARM_PASID_MASK         0x000fffffu
#define CBX_ARM_ATS_CTL              0x24u  /* RW: bits 1 to 4 are kept;
                                            asks for nothing */
#define CBX_ARM_ATS_ADDR_LO          0x28u  /* RO: always 0, as the next two */
#define CBX_ARM_ATS_ADDR_HI          0x2cu
#define CBX_ARM_ATS_RANGE_LO         0x30u  /* RO */
#define CBX_ARM_ATS_RANGE_HI         0x34u
#define CBX_ARM_ATS_PERM             0x38u  /* RO */
#define CBX_ARM_RID_CTL              0x3cu  /* RW: requester ID of transfers */
#define   CBX_ARM_RID_MASK           0x0000ffffu
#define   CBX_ARM_RID_VALID          0x80000000u
#define CBX_ARM_TRACE_DATA           0x40u  /* RO (0xffffffff): the log */
#define CBX_ARM_TRACE_CTL            0x44u  /* RW */
#define   CBX_ARM_TRACE_ENABLE       0x00000001u
#define CBX_ARM_TRACE_EMPTY          0xffffffffu
#define CBX_ARM_TRACE_DEPTH          16u  /* records of 5 dwords */
#define CBX_ARM_END                  0x100u

/* ---- BAR0 0x100-0x1ff: identification and global control --------------- */

#define CBX_REG_MAGIC                0x100u  /* RO (CBX_MAGIC) */
#define   CBX_MAGIC                  0x31584243u   /* "CBX1" */
#define CBX_REG_VERSION              0x104u  /* RO (CBX_ABI_VERSION):
                                                major << 16 | minor */
#define   CBX_ABI_MAJOR              1u
#define   CBX_ABI_MINOR              1u
#define   CBX_ABI_VERSION            ((CBX_ABI_MAJOR << 16) | CBX_ABI_MINOR)
#define CBX_REG_FEATURES             0x108u  /* RO (by the device and the
                                                machine): CBX_FEATURE_* */
#define   CBX_FEATURE_QUEUES         0x00000001u
#define   CBX_FEATURE_ORACLE         0x00000002u
#define   CBX_FEATURE_REPORT         0x00000004u
#define   CBX_FEATURE_IOMMU          0x00000008u   /* an IOMMU is in the path */
#define   CBX_FEATURE_BYPASS         0x00000010u   /* ... and DMA ignores it */
#define   CBX_FEATURE_NET            0x00000020u   /* sends, receives frames */
#define   CBX_FEATURE_DISPLAY        0x00000040u   /* it has a screen */
#define   CBX_FEATURE_NON_COHERENT   0x00000080u   /* its DMA does not snoop */
#define   CBX_FEATURE_COHERENCE      0x00000100u   /* caches are modelled, or
                                                     audited */
#define CBX_REG_ADDR_BITS            0x10cu  /* RO (property addr-bits):
                                                address width, 24..64 */
#define CBX_REG_QUEUES               0x110u  /* RO (property queues) */
#define CBX_REG_VECTORS              0x114u  /* RO (property vectors) */
#define CBX_REG_MEM_SIZE_LO          0x118u  /* RO (property mem-size): bytes */
#define CBX_REG_MEM_SIZE_HI          0x11cu
#define CBX_REG_CONTROL              0x120u  /* RW */
#define   CBX_CONTROL_RESET          0x00000001u   /* W1: as FLR but keeps PCI
                                                      configuration; reads 0 */
#define CBX_REG_ERROR                0x124u  /* RO: CBX_STATUS_* of the last
                                                refused register operation;
                                                write anything to clear */
#define CBX_REG_SEED_LO              0x128u  /* RO (property seed) */
#define CBX_REG_SEED_HI              0x12cu
/*
 * What the user wants run: bit n set = call number n (CBX_API_*) is selected.
 * The driver reads it; the device only carries it from its property `apis`.
 */
#define CBX_REG_RUN_APIS_LO          0x130u  /* RO (property apis): bit n
                                                is call n */
#define CBX_REG_RUN_APIS_HI          0x134u
#define CBX_REG_SCRATCH_LO           0x138u  /* RW: no effect */
#define CBX_REG_SCRATCH_HI           0x13cu
#define CBX_REG_ERRORS               0x140u  /* RW1C: bit n = CBX_STATUS_* n has
                                                been the reason of a refused
                                                register operation, a bad
                                                completion or a stopped queue */
#define CBX_REG_STOPPED              0x144u  /* RO: bit n = queue n is enabled
                                                and has stopped */

/* ---- BAR0 0x200-0x2ff: buffer declaration and oracle ------------------- */

/*
 * A driver fills 0x200-0x23f, writes CBX_BUF_DECLARE to CBX_REG_BUF_COMMAND
 * and reads the answer, which is complete when the write has returned.
 * CBX_REG_BUF_ID names a buffer declared earlier for INSPECT and RELEASE.
 */
#define CBX_REG_BUF_API              0x200u  /* RW: CBX_API_* */
#define CBX_REG_BUF_ELEMENT          0x204u  /* RW: index within a vector */
#define CBX_REG_BUF_VA_LO            0x208u  /* RW: CPU virtual address */
#define CBX_REG_BUF_VA_HI            0x20cu
#define CBX_REG_BUF_LOGICAL_LO       0x210u  /* RW */
#define CBX_REG_BUF_LOGICAL_HI       0x214u
#define CBX_REG_BUF_LENGTH_LO        0x218u  /* RW: bytes, not 0 */
#define CBX_REG_BUF_LENGTH_HI        0x21cu
#define CBX_REG_BUF_MIN_LO           0x220u  /* RW: lowest address allowed */
#define CBX_REG_BUF_MIN_HI           0x224u
#define CBX_REG_BUF_MAX_LO           0x228u  /* RW: highest byte allowed */
#define CBX_REG_BUF_MAX_HI           0x22cu
#define CBX_REG_BUF_ALIGN_LO         0x230u  /* RW: 0 or a power of two */
#define CBX_REG_BUF_ALIGN_HI         0x234u
#define CBX_REG_BUF_CACHE            0x238u  /* RW: CBX_CACHE_* asked for */
#define CBX_REG_BUF_NODE             0x23cu  /* RW: NUMA node, or ANY */
#define   CBX_NODE_ANY               0x80000000u
#define CBX_REG_BUF_COMMAND          0x240u  /* WO: CBX_BUF_*; reads 0 */
#define   CBX_BUF_DECLARE            1u   /* look at it and remember it */
#define   CBX_BUF_INSPECT            2u   /* look again at BUF_ID */
#define   CBX_BUF_RELEASE            3u   /* the driver has freed BUF_ID */
#define   CBX_BUF_USE                4u   /* the CPU is about to read BUF_ID,
                                             for CBX_FEATURE_COHERENCE */
#define CBX_REG_BUF_STATUS           0x244u  /* RO: CBX_STATUS_* */
#define CBX_REG_BUF_ID               0x248u  /* RW: set by DECLARE */
#define CBX_REG_BUF_FACTS            0x24cu  /* RO: CBX_FACT_* */
#define   CBX_FACT_RANGE_OK          0x00000001u  /* MIN <= first, last <= MAX */
#define   CBX_FACT_ALIGN_OK          0x00000002u
#define   CBX_FACT_WIDTH_OK          0x00000004u  /* within ADDR_BITS */
#define   CBX_FACT_READABLE          0x00000008u  /* every page, by device */
#define   CBX_FACT_WRITABLE          0x00000010u
#define   CBX_FACT_IOMMU             0x00000020u  /* an IOMMU is in the path */
#define   CBX_FACT_TRANSLATED        0x00000040u  /* every page: GPA != address */
#define   CBX_FACT_IDENTITY          0x00000080u  /* every page: GPA == address */
#define   CBX_FACT_GPA_CONTIGUOUS    0x00000100u
#define   CBX_FACT_RAM               0x00000200u  /* every page is guest RAM */
#define   CBX_FACT_SAME_PAGE         0x00000400u  /* every page: VA leads the CPU
                                                      there too */
#define CBX_REG_BUF_GPA_LO           0x250u  /* RO: GPA of the first byte */
#define CBX_REG_BUF_GPA_HI           0x254u
#define CBX_REG_BUF_PAGES            0x258u  /* RO: 4 KiB pages looked at */
#define CBX_REG_BUF_PAGES_OK         0x25cu  /* RO: of these, readable+writable */
#define CBX_REG_BUF_BAD_LO           0x260u  /* RO: first address that is not */
#define CBX_REG_BUF_BAD_HI           0x264u
#define CBX_REG_BUF_SUM_LO           0x268u  /* RO: XXH64 (seed 0) of content */
#define CBX_REG_BUF_SUM_HI           0x26cu
#define CBX_REG_BUF_TYPE_SEEN        0x270u  /* RO: CBX_MEMTYPE_*; 0 also where
                                               a device does not have it */
#define CBX_REG_BUF_NODE_SEEN        0x274u  /* RO: host NUMA node of the RAM
                                                behind the pages; 0: the host
                                                does not tell of some page */
#define   CBX_NODE_SEEN_MASK         0x0000ffffu
#define   CBX_NODE_SEEN_MIXED        0x40000000u   /* more than one node */
#define   CBX_NODE_SEEN_KNOWN        0x80000000u   /* MASK is that of all */
#define CBX_REG_BUF_GUEST_NODE       0x278u  /* RO: guest NUMA node of the
                                                pages, CBX_NODE_SEEN_* too; 0:
                                                some page is of none, also
                                                where a device does not have
                                                this register */
#define CBX_REG_PROBE_LO             0x280u  /* RW: address of one byte */
#define CBX_REG_PROBE_HI             0x284u
#define CBX_REG_PROBE_COMMAND        0x288u  /* WO: CBX_PROBE_* */
#define   CBX_PROBE_READ             1u   /* is a device read allowed? */
#define   CBX_PROBE_WRITE            2u   /* write allowed? memory is unchanged */
#define CBX_REG_PROBE_STATUS         0x28cu  /* RO: CBX_STATUS_* */

#define CBX_BUFFERS_MAX              1024u   /* declared at one time */
#define CBX_BUFFER_LENGTH_MAX        0x40000000ull  /* 1 GiB: bounds the time of
                                                      one DECLARE */
#define CBX_PAGE_SIZE                4096u   /* granule of the oracle */

/* Memory type asked for (MEMORY_CACHING_TYPE of the caller, or its default). */
#define CBX_CACHE_DEFAULT            0u
#define CBX_CACHE_CACHED             1u
#define CBX_CACHE_NONCACHED          2u
#define CBX_CACHE_WRITECOMBINED      3u

/*
 * Memory type of the CPU's mapping of a declared buffer: what paging and, on
 * x86, the MTRRs make of it together. Number, identifier, name in the report.
 */
#define CBX_MEMTYPE_LIST(X) \
    X(0,  UNKNOWN,       "unknown")    /* no CPU asked, or no such format */ \
    X(1,  UNMAPPED,      "unmapped")   /* a page has no mapping */ \
    X(2,  MIXED,         "mixed")      /* not the same for every page */ \
    X(3,  UC,            "UC")         /* x86 from here on */ \
    X(4,  UC_MINUS,      "UC-")        /* of a page table entry only */ \
    X(5,  WC,            "WC") \
    X(6,  WT,            "WT") \
    X(7,  WP,            "WP") \
    X(8,  WB,            "WB") \
    X(9,  NORMAL_NC,     "Normal-NC")  /* Arm from here on */ \
    X(10, NORMAL_WT,     "Normal-WT") \
    X(11, NORMAL_WB,     "Normal-WB") \
    X(12, DEVICE_NGNRNE, "Device-nGnRnE") \
    X(13, DEVICE_NGNRE,  "Device-nGnRE") \
    X(14, DEVICE_NGRE,   "Device-nGRE") \
    X(15, DEVICE_GRE,    "Device-GRE")
#define CBX_MEMTYPE_ENUM_(n, id, name) CBX_MEMTYPE_##id = n,
enum { CBX_MEMTYPE_LIST(CBX_MEMTYPE_ENUM_) CBX_MEMTYPES };
#undef CBX_MEMTYPE_ENUM_

/*
 * The documented name of every call that can hand out a common buffer, and
 * from CBX_API_ASIDE on of those that go with them and hand out none. The
 * number is the bit in CBX_REG_RUN_APIS and the value of CBX_REG_BUF_API.
 */
#define CBX_API_LIST(X) \
    X(1, ALLOCATE_COMMON_BUFFER,        "AllocateCommonBuffer") \
    X(2, ALLOCATE_COMMON_BUFFER_EX,     "AllocateCommonBufferEx") \
    X(3, ALLOCATE_COMMON_BUFFER_VECTOR, "AllocateCommonBufferVector") \
    X(4, ALLOCATE_WITH_BOUNDS,          "AllocateCommonBufferWithBounds") \
    X(5, ALLOCATE_DOMAIN_COMMON_BUFFER, "AllocateDomainCommonBuffer") \
    X(6, CREATE_COMMON_BUFFER_FROM_MDL, "CreateCommonBufferFromMdl") \
    X(7, HAL_ALLOCATE_COMMON_BUFFER,    "HalAllocateCommonBuffer") \
    X(8, WDF_COMMON_BUFFER_CREATE,      "WdfCommonBufferCreate") \
    X(9, WDF_COMMON_BUFFER_CREATE_CFG,  "WdfCommonBufferCreateWithConfig") \
    X(10, NDIS_M_ALLOCATE_SHARED,       "NdisMAllocateSharedMemory") \
    X(11, NDIS_M_ALLOCATE_SHARED_ASYNC, "NdisMAllocateSharedMemoryAsyncEx") \
    X(12, NDIS_ALLOCATE_SHARED,         "NdisAllocateSharedMemory") \
    X(13, NET_ALLOCATE_SHARED,          "NetAllocateSharedMemory") \
    X(14, VIDEOPORT_ALLOCATE,           "VideoPortAllocateCommonBuffer") \
    X(15, VIDEOPORT_GET,                "VideoPortGetCommonBuffer") \
    X(16, GET_DMA_ADAPTER_INFO,         "GetDmaAdapterInfo") \
    X(17, JOIN_DMA_DOMAIN,              "JoinDmaDomain") \
    X(18, GET_SCATTER_GATHER_LIST,      "GetScatterGatherList") \
    X(19, FLUSH_DMA_BUFFER,             "FlushDmaBuffer")

#define CBX_API_ENUM_(n, id, name)   CBX_API_##id = n,
enum { CBX_API_NONE = 0, CBX_API_LIST(CBX_API_ENUM_) CBX_API_END };
#define CBX_API_ASIDE                CBX_API_GET_DMA_ADAPTER_INFO
#undef CBX_API_ENUM_

/* ---- BAR0 0x300-0x3ff: report port ------------------------------------- */

/*
 * Bytes written to CBX_REG_REPORT_DATA (1, 2, 4 or 8 at a time, lowest byte
 * first) collect in the device. Writing a kind to CBX_REG_REPORT_COMMIT
 * turns them into one line of the report stream and empties the collection;
 * the write returns when the line has been handed to the character device.
 *
 * There are two ports of this kind, each with a collection of its own, so that
 * the driver of the device and the system below it need no common lock.
 *
 * The bytes are fields: key NUL value NUL, repeated. A key is [a-z_][a-z0-9_]*,
 * at most 31 bytes, no key twice, none of the device's own ("type", "seq",
 * "time_ns"). A value is UTF-8; what is not is replaced by U+FFFD.
 */
#define CBX_REG_REPORT_DATA          0x300u  /* WO: 1, 2, 4 or 8 bytes */
#define CBX_REG_REPORT_COMMIT        0x308u  /* WO: CBX_REPORT_* */
#define CBX_REG_REPORT_STATUS        0x30cu  /* RO: CBX_STATUS_* of it */

/* The system's port has the same registers, this much further on. */
#define CBX_REPORT_PORT_SIZE         0x10u
#define CBX_REPORT_PORTS             2u
#define CBX_REPORT_PORT_DRIVER       0u
#define CBX_REPORT_PORT_SYSTEM       1u
#define CBX_REG_REPORT(port, reg)    ((reg) + (port) * CBX_REPORT_PORT_SIZE)

/* Longest record, bytes of fields. A longer one is refused as a whole. */
#define CBX_REPORT_BYTES_MAX         2048u

/* Number, identifier, value of "type" in the stream. */
#define CBX_REPORT_LIST(X) \
    X(1, TEXT,   "text")    /* level, text */ \
    X(2, START,  "start")   /* driver, guest: a driver begins its run */ \
    X(3, RESULT, "result")  /* driver, api, variant, check, verdict, */ \
                            /* expected, seen, source */ \
    X(4, END,    "end")     /* driver, verdict: it has ended */ \
    X(5, CRASH,  "crash")   /* code, text: the guest stops here */
#define CBX_REPORT_ENUM_(n, id, name) CBX_REPORT_##id = n,
enum { CBX_REPORT_NONE = 0, CBX_REPORT_LIST(CBX_REPORT_ENUM_) CBX_REPORT_KINDS };
#undef CBX_REPORT_ENUM_

/* ---- BAR0 0x400-0x47f: statistics, read-only 64-bit -------------------- */

#define CBX_STAT_LIST(X) \
    X(0, DMA_READS,     "dma-reads")      /* transfers from the bus */ \
    X(1, DMA_WRITES,    "dma-writes")     /* transfers to the bus */ \
    X(2, BYTES_READ,    "bytes-read") \
    X(3, BYTES_WRITTEN, "bytes-written") \
    X(4, DMA_ERRORS,    "dma-errors")     /* transfers that failed */ \
    X(5, INTERRUPTS,    "interrupts")     /* messages sent */ \
    X(6, DESCRIPTORS,   "descriptors")    /* descriptors executed */ \
    X(7, RECORDS,       "records")        /* report lines written */ \
    X(8, FAULTS_FIRED,  "faults-fired")   /* injected faults that struck */ \
    X(9, ATOMICS,       "atomics")        /* atomic operations executed */ \
    X(10, FRAMES_SENT,  "frames-sent") \
    X(11, FRAMES_RECEIVED, "frames-received") \
    X(12, STALE_FOR_DEVICE, "lines-stale-for-device") /* the CPU stored */ \
    X(13, STALE_FOR_CPU, "lines-stale-for-cpu") /* the device wrote */ \
    X(14, MISSING_CLEANS, "missing-cleans")     /* lines, as the next */ \
    X(15, MISSING_INVALIDATES, "missing-invalidates")
#define CBX_STAT_ENUM_(n, id, name)  CBX_STAT_##id = n,
enum { CBX_STAT_LIST(CBX_STAT_ENUM_) CBX_STATS };
#undef CBX_STAT_ENUM_
#define CBX_REG_STAT_BASE            0x400u
#define CBX_REG_STAT(n)              (CBX_REG_STAT_BASE + 8u * (n))

/* ---- BAR0 0x480-0x4bf: fault injection --------------------------------- */

#define CBX_REG_FAULTS               0x480u  /* RW (property faults): mask of
                                                CBX_FAULT_* */
#define CBX_REG_FAULT_SKIP           0x484u  /* RW (property fault-skip): let
                                                this many opportunities pass
                                                before each fault */
#define CBX_REG_FAULT_LIMIT          0x488u  /* RW (property fault-limit): each
                                                fault strikes this many times;
                                                0 = without end */
#define CBX_REG_FAULT_DELAY          0x48cu  /* RW (property fault-delay): of a
                                                completion, ns of the device's
                                                clock; 0 = 1 ms */
#define   CBX_FAULT_DELAY_DEFAULT    1000000u
/* Bit, identifier, name in the property `faults`. */
#define CBX_FAULT_LIST(X) \
    X(0, FLIP_BIT,      "flip-bit")       /* one bit of the data */ \
    X(1, DROP_WRITE,    "drop-write")     /* say done, write nothing */ \
    X(2, SHORT,         "short-transfer") /* last byte not transferred */ \
    X(3, LOST_IRQ,      "lost-interrupt") \
    X(4, WRONG_ADDRESS, "wrong-address")  /* bit 6 of the address inverted */ \
    X(5, DELAY,         "delay-completion") \
    X(6, DUPLICATE,     "duplicate-completion") \
    X(7, SPURIOUS_IRQ,  "spurious-interrupt") \
    X(8, STUCK,         "stuck-queue")    /* fetches nothing any more */ \
    X(16, FLIP_VERIFY,   "flip-verify")    /* as FLIP_BIT, only of VERIFY */ \
    X(17, FLIP_CHECKSUM, "flip-checksum")  /* ... of CHECKSUM */ \
    X(18, FLIP_FILL,     "flip-fill")      /* ... of FILL */ \
    X(19, FLIP_SHOT_IN,  "flip-shot-in")   /* ... of single-shot transfers */ \
    X(20, FLIP_SHOT_OUT, "flip-shot-out") \
    X(21, STRAY_WRITE,   "stray-write")    /* single-shot, odd length above 1, \
                                             not from a page's start: inverts \
                                             the byte before it, too */ \
    X(22, CROSS_FILL,   "cross-fill")     /* FILL of a declared buffer that is \
                                             an element of a vector: inverts \
                                             a byte of another, too */ \
    X(23, MIXED_UP,     "mixed-up")       /* of several descriptors under way: \
                                             the completion names another */ \
    X(24, FLIP_PIXEL,   "flip-pixel")     /* of a picture that software has \
                                             scanned out */
#define CBX_FAULT_ENUM_(n, id, name) CBX_FAULT_##id = 1u << n,
enum { CBX_FAULT_LIST(CBX_FAULT_ENUM_) CBX_FAULT_NONE = 0 };
#undef CBX_FAULT_ENUM_

/* ---- BAR0 0x4c0-0x4cf: network card (CBX_FEATURE_NET) ------------------ */

#define CBX_REG_NET_STATUS           0x4c0u  /* RO (by the back end) */
#define   CBX_NET_LINK               0x00000001u   /* the link is up */
#define CBX_REG_NET_VECTOR           0x4c4u  /* RW (CBX_Q_VECTOR_NONE): MSI-X
                                                vector of a change of the link */
#define CBX_REG_NET_MAC_LO           0x4c8u  /* RO (property mac): first byte
                                                lowest */
#define CBX_REG_NET_MAC_HI           0x4ccu
#define CBX_NET_FRAME_MAX            9216u   /* bytes, without the checksum */

/* ---- BAR0 0x500-0x53f: screen, cbx-display only ------------------------ */

/*
 * A mode is set while the screen is off. Switched on, the device scans the
 * picture out of memory by DMA whenever somebody looks at the screen, and once
 * in full for each CBX_DISPLAY_UPDATE, which is complete when the write has
 * returned. The first byte is the leftmost pixel of the top row.
 */
#define CBX_REG_DISPLAY_CONTROL      0x500u  /* RW */
#define   CBX_DISPLAY_ON             0x00000001u
#define   CBX_DISPLAY_UPDATE         0x00000002u  /* W1: scan out; reads 0 */
#define CBX_REG_DISPLAY_STATUS       0x504u  /* RO: CBX_STATUS_* of the last
                                                write to CONTROL */
#define CBX_REG_DISPLAY_FORMAT       0x508u  /* RW: little-endian pixels */
#define   CBX_DISPLAY_XRGB8888       1u      /* 32 bits */
#define   CBX_DISPLAY_RGB565         2u      /* 16 bits */
#define CBX_REG_DISPLAY_WIDTH        0x50cu  /* RW: pixels, 1..4096 */
#define CBX_REG_DISPLAY_HEIGHT       0x510u  /* RW: rows, 1..4096 */
#define CBX_REG_DISPLAY_STRIDE       0x514u  /* RW: bytes from row to row, a
                                                multiple of 4, at most 16384 */
#define CBX_REG_DISPLAY_BASE_LO      0x518u  /* RW: logical address, a multiple
                                               of 4 */
#define CBX_REG_DISPLAY_BASE_HI      0x51cu
#define CBX_REG_DISPLAY_FRAMES       0x520u  /* RO: updates so far */
#define CBX_REG_DISPLAY_SUM_LO       0x528u  /* RO: XXH64 (seed 0) of the pixels
                                               that the last update saw */
#define CBX_REG_DISPLAY_SUM_HI       0x52cu
#define CBX_DISPLAY_SIZE_MAX         4096u
#define CBX_DISPLAY_STRIDE_MAX       16384u

/* ---- BAR0 0x800: queue configuration, one block of 0x40 per queue ------ */

#define CBX_QUEUES_MAX               16u
#define CBX_REG_QUEUE_BASE           0x800u
#define CBX_REG_QUEUE_STRIDE         0x40u
#define CBX_REG_QUEUE(q, r) \
    (CBX_REG_QUEUE_BASE + CBX_REG_QUEUE_STRIDE * (q) + (r))
#define CBX_Q_RING_LO                0x00u  /* RW: descriptors, 64-aligned */
#define CBX_Q_RING_HI                0x04u
#define CBX_Q_CQ_LO                  0x08u  /* RW: completions, 64-aligned */
#define CBX_Q_CQ_HI                  0x0cu
#define CBX_Q_ENTRIES                0x10u  /* RW: power of two, both rings */
#define   CBX_Q_ENTRIES_MIN          2u
#define   CBX_Q_ENTRIES_MAX          4096u
#define CBX_Q_VECTOR                 0x14u  /* RW (CBX_Q_VECTOR_NONE): with MSI-X
                                               and MSI off, any other value
                                               asserts INTx */
#define   CBX_Q_VECTOR_NONE          0xffffffffu
#define CBX_Q_CONTROL                0x18u  /* RW */
#define   CBX_Q_ENABLE               0x00000001u  /* 0->1 resets the indices;
                                                     1->0 abandons the work */
#define CBX_Q_STATUS                 0x1cu  /* RO: CBX_STATUS_*; not OK means
                                               the queue has stopped */
#define CBX_Q_HEAD                   0x20u  /* RO: next descriptor to fetch */
#define CBX_Q_CQ_TAIL                0x24u  /* RO: next completion to write */

/* ---- BAR0 0x1000: doorbells, one 4 KiB page per queue ------------------ */

#define CBX_REG_DOORBELL_BASE        0x1000u
#define CBX_REG_DOORBELL_STRIDE      0x1000u
#define CBX_REG_DOORBELL(q, r) \
    (CBX_REG_DOORBELL_BASE + CBX_REG_DOORBELL_STRIDE * (q) + (r))
/*
 * Indices 0..ENTRIES-1. One slot of each ring stays empty: TAIL == HEAD means
 * empty. An index outside the ring stops the queue with CBX_STATUS_BAD_INDEX.
 */
#define CBX_DB_TAIL                  0x0u   /* WO: first free descriptor */
#define CBX_DB_CQ_HEAD               0x4u   /* WO: first unread completion */

/* ---- Descriptor: 64 bytes in guest memory ------------------------------ */

typedef struct CbxDescriptor {
    uint8_t  op;         /* CBX_OP_* */
    uint8_t  flags;      /* CBX_DESC_* that the operation takes */
    uint16_t attributes; /* CBX_ATTR_* */
    uint32_t id;         /* returned in the completion */
    uint64_t address;    /* logical */
    uint64_t address2;   /* must be 0 unless the operation says otherwise */
    uint64_t length;     /* bytes, 1 .. CBX_LENGTH_MAX */
    uint64_t offset;     /* in device memory */
    uint64_t argument;   /* pattern seed, operand; see CBX_OP_* */
    uint64_t argument2;  /* pattern position, operand; see CBX_OP_* */
    uint64_t reserved;   /* 0 */
} CbxDescriptor;

#define CBX_DESCRIPTOR_SIZE          64u
#define CBX_LENGTH_MAX               0x100000000ull   /* 4 GiB */

/*
 * Number, identifier, flags beside CBX_DESC_INTERRUPT that the operation
 * takes, meaning. "pattern" is cbx_pattern_word() below with seed = argument,
 * from position argument2 on.
 */
#define CBX_OP_LIST(X) \
    X(0,  NOP,          0, "completes") \
    X(1,  READ,         CBX_DESC_DATA, "bus to device memory") \
    X(2,  WRITE,        CBX_DESC_DATA, "device memory to bus") \
    X(3,  FILL,         CBX_DESC_DATA, "pattern to bus") \
    X(4,  VERIFY,       CBX_DESC_DATA, "is bus the pattern?") \
    X(5,  CHECKSUM,     CBX_DESC_LIST, "XXH64 of bus, seed argument") \
    X(6,  COPY,         CBX_DESC_COPY, "address to address2; no overlap") \
    X(7,  FETCH_ADD,    0, "memory += argument") \
    X(8,  SWAP,         0, "memory = argument") \
    X(9,  COMPARE_SWAP, 0, "memory = argument, if it was argument2") \
    X(10, MESSAGE,      0, "then sends vector argument") \
    X(11, REPORT,       0, "record of kind argument, fields at address") \
    X(12, FENCE,        CBX_DESC_ALL_QUEUES, "after all work before it") \
    X(13, SEND,         CBX_DESC_DATA, "READ, then sends it as a frame") \
    X(14, RECEIVE,      0, "waits for a frame, then WRITE of it")
/*
 * SEND and RECEIVE are a network card's. A received frame may have up to
 * `length` bytes; the completion's `bytes` say how many it has. One that is
 * longer is lost and completes with CBX_STATUS_BAD_LENGTH.
 */
/*
 * Atomic operations: length 1, 2, 4 or 8, naturally aligned, little-endian,
 * operands cut to the length; the completion's value is what memory was. One
 * access to RAM, undivided also against the CPUs.
 */

#define CBX_DESC_INTERRUPT           0x01u  /* raise the queue's vector */
#define CBX_DESC_LIST                0x02u  /* address leads to a list */
#define CBX_DESC_LIST2               0x04u  /* address2 leads to a list */
#define CBX_DESC_SUM                 0x08u  /* value of success: XXH64 (seed 0)
                                               of what went over the bus */
#define CBX_DESC_ALL_QUEUES          0x10u  /* the work of other queues too */
#define CBX_DESC_DATA                (CBX_DESC_LIST | CBX_DESC_SUM)
#define CBX_DESC_COPY                (CBX_DESC_DATA | CBX_DESC_LIST2)

#define CBX_OP_ENUM_(n, id, flags, text) CBX_OP_##id = n,
enum { CBX_OP_LIST(CBX_OP_ENUM_) CBX_OP_COUNT };
#undef CBX_OP_ENUM_

#define CBX_ATTR_NO_SNOOP            0x0001u
#define CBX_ATTR_RELAXED             0x0002u
#define CBX_ATTRS                    0x0003u  /* all defined attributes */

/* ---- Scatter list: 16-byte elements in guest memory -------------------- */

/*
 * Elements follow one another, at addresses aligned to 16; their lengths add
 * up to the descriptor's. An element with CHAIN has length 0 and names the
 * place where the list goes on; no CHAIN leads to a CHAIN. The element that
 * completes the length, and no other, has LAST. Elements are read when the
 * transfer reaches them.
 */
typedef struct CbxElement {
    uint64_t address;    /* logical */
    uint32_t length;     /* bytes, not 0 */
    uint32_t flags;      /* CBX_ELEMENT_* */
} CbxElement;

#define CBX_ELEMENT_SIZE             16u
#define CBX_ELEMENT_LAST             0x00000001u
#define CBX_ELEMENT_CHAIN            0x00000002u

/* ---- Completion: 32 bytes in guest memory ------------------------------ */

typedef struct CbxCompletion {
    uint32_t id;
    uint16_t status;     /* CBX_STATUS_* */
    uint16_t flags;      /* CBX_COMP_* */
    uint64_t bytes;      /* transferred before the end or the error */
    uint64_t value;      /* OK: result of the operation (checksum, former
                            content) or 0; error: first logical address
                            concerned */
    uint64_t time_ns;    /* device clock (virtual time) */
} CbxCompletion;

#define CBX_COMPLETION_SIZE          32u
/* 1 on the first pass over the ring, 0 on the second, and so on. */
#define CBX_COMP_PHASE               0x0001u
#define CBX_COMP_IOMMU               0x0002u  /* went through an IOMMU */
#define CBX_COMP_TRANSLATED          0x0004u  /* guest-physical address differed
                                                 from the logical one */
#define CBX_COMP_SECOND              0x0008u  /* the error is on the side of
                                                 address2 */

/* ---- Status: one table for registers, queues and completions ----------- */

/* Number, identifier, text for people. */
#define CBX_STATUS_LIST(X) \
    X(0,  OK,             "ok") \
    X(1,  BAD_OPCODE,     "unknown operation") \
    X(2,  BAD_FLAGS,      "undefined flag, attribute or reserved bit set") \
    X(3,  BAD_LENGTH,     "length is 0 or too large") \
    X(4,  BAD_OFFSET,     "range outside device memory") \
    X(5,  BAD_ADDRESS,    "address beyond the device's address width") \
    X(6,  BAD_ALIGNMENT,  "address or size not aligned as required") \
    X(7,  BAD_INDEX,      "index outside the ring") \
    X(8,  BAD_ID,         "no such buffer") \
    X(9,  BAD_RECORD,     "malformed report record") \
    X(10, TOO_LONG,       "report record too long") \
    X(11, NO_SPACE,       "table of declared buffers full") \
    X(12, NO_MASTER,      "bus mastering is off") \
    X(13, IOMMU_FAULT,    "refused by the IOMMU") \
    X(14, BUS_ERROR,      "no memory or device answers at the address") \
    X(15, MISMATCH,       "data differ") \
    X(16, ABORTED,        "ended by reset or disable") \
    X(17, DISABLED,       "queue is not enabled") \
    X(18, UNSUPPORTED,    "not supported by this device") \
    X(19, BAD_LIST,       "malformed scatter list") \
    X(20, OVERLAP,        "source and destination overlap") \
    X(21, NO_ATOMIC,      "no atomic access to what stands at the address")
#define CBX_STATUS_ENUM_(n, id, name) CBX_STATUS_##id = n,
enum { CBX_STATUS_LIST(CBX_STATUS_ENUM_) CBX_STATUSES };
#undef CBX_STATUS_ENUM_

/* ---- Test pattern ------------------------------------------------------ */

/*
 * Byte at position p of the pattern with seed s: byte p % 8, lowest first, of
 * cbx_pattern_word(s, p / 8). The word is output number `index` of SplitMix64
 * started at s (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, OOPSLA 2014), so any position can be computed on its own.
 */
static inline uint64_t cbx_pattern_word(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ull;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static inline uint8_t cbx_pattern_byte(uint64_t seed, uint64_t position)
{
    return (uint8_t)(cbx_pattern_word(seed, position / 8)
                     >> (8 * (position % 8)));
}

/* ---- What the compiler must agree with --------------------------------- */

#if defined(__cplusplus)
#define CBX_STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define CBX_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

CBX_STATIC_ASSERT(sizeof(CbxDescriptor) == CBX_DESCRIPTOR_SIZE,
                  "descriptor size");
CBX_STATIC_ASSERT(sizeof(CbxCompletion) == CBX_COMPLETION_SIZE,
                  "completion size");
CBX_STATIC_ASSERT(sizeof(CbxElement) == CBX_ELEMENT_SIZE,
                  "scatter list element size");
CBX_STATIC_ASSERT(CBX_REG_STAT(CBX_STATS) <= CBX_REG_FAULTS,
                  "statistics overlap fault injection");
CBX_STATIC_ASSERT(CBX_REG_QUEUE(CBX_QUEUES_MAX, 0) <= CBX_REG_DOORBELL_BASE,
                  "queue blocks overlap doorbells");
CBX_STATIC_ASSERT(CBX_REG_DOORBELL(CBX_QUEUES_MAX, 0) <= CBX_BAR_REGS_SIZE,
                  "doorbells outside BAR0");
CBX_STATIC_ASSERT((int)CBX_STATUSES <= 32, "more statuses than bits in ERRORS");
CBX_STATIC_ASSERT((int)CBX_API_END <= 64, "more calls than bits in RUN_APIS");

#endif /* CBX_ABI_H */
