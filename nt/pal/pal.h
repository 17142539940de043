/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The platform layer: what the stand-in's NT images get from the system that
 * hosts them, and nothing else. They import these functions by name from the
 * module "cbxpal.sys"; cbx_nt.ko provides them over Linux.
 *
 * Everything that NT defines (IRPs, events, IRQL, DMA adapters) lives above
 * this line, in PE images. All functions and callbacks use Windows's calling
 * convention. "Sleeps" marks what must be called in a thread below
 * DISPATCH_LEVEL; everything else may be called anywhere.
 */
#ifndef CBX_PAL_H
#define CBX_PAL_H

#ifdef __KERNEL__
#include <linux/types.h>
#ifdef __x86_64__
#define PALAPI __attribute__((ms_abi))
#else
#define PALAPI
#endif
#define PALIMPORT
#else
#include <stdint.h>
#define PALAPI
#define PALIMPORT __declspec(dllimport)
#endif

#define PAL_PAGE_SIZE      4096u
#define PAL_NAME_MAX       32u     /* bytes with the closing NUL */
#define PAL_IMAGES_MAX     16u
#define PAL_DRIVERS_MAX    8u      /* of one boot, one after the other */
#define PAL_BARS           6u
#define PAL_VECTORS_MAX    32u
#define PAL_NODE_ANY       0x80000000u
#define PAL_FOREVER        (-1ll)

#ifdef __aarch64__
/* What x18 points at in PE code: of the processor that runs it. */
struct pal_processor {
	void *thread;                   /* `nt` of pal_thread_create() */
	uint64_t irql;
};
#endif

/* Callbacks into a PE image. */
typedef void (PALAPI *pal_routine)(void *context);
typedef uint32_t (PALAPI *pal_isr)(void *context, uint32_t index);

/* One loaded image. */
struct pal_image {
	char name[PAL_NAME_MAX];
	uint8_t *base;
	uint64_t size;
	void *entry;
	uint32_t video;                 /* 1: imports from videoprt.sys */
};

/* What pal_device_info() tells about a PCI function. */
struct pal_device_info {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint32_t class_revision;        /* as in configuration space at 8 */
	uint32_t segment, bus, slot, function;
	uint32_t node;                  /* NUMA node or PAL_NODE_ANY */
	uint32_t translated;            /* 1: an IOMMU translates its DMA */
	uint32_t coherent;              /* 1: its DMA snoops caches, as the
					   firmware says (_CCA) */
	uint32_t alignment;             /* of buffers for DMA, bytes */
	struct {
		uint64_t address;       /* as the CPU sees it */
		uint64_t size;          /* 0: no such BAR */
		uint32_t flags;         /* PAL_BAR_* */
	} bar[PAL_BARS];
};
#define PAL_BAR_IO           1u
#define PAL_BAR_64           2u
#define PAL_BAR_PREFETCH     4u

/* What pal_irq_alloc() gave. */
struct pal_irqs {
	uint32_t count;
	uint32_t kind;                  /* PAL_IRQ_* */
	struct {
		uint64_t address;       /* of the message */
		uint32_t data;
		uint32_t vector;        /* the host's number for it */
	} irq[PAL_VECTORS_MAX];
};
#define PAL_IRQ_LINE         0u
#define PAL_IRQ_MSI          1u
#define PAL_IRQ_MSIX         2u

/* One piece of memory that CPU and device share. */
struct pal_dma {
	uint64_t size;                  /* in: bytes, whole pages */
	uint64_t limit;                 /* in: highest address of a byte */
	uint32_t node;                  /* in: wish, or PAL_NODE_ANY */
	uint32_t cache;                 /* in: PAL_CACHE_* */
	uint32_t unclean;               /* in: 1: lines of another mapping stay
					   in the caches: a fault */
	void *va;                       /* out */
	uint64_t logical;               /* out: what the device must use */
};
#define PAL_CACHE_WB         0u
#define PAL_CACHE_UC         1u
#define PAL_CACHE_WC         2u

/* What the device may do with memory. */
#define PAL_ACCESS_READ      1u
#define PAL_ACCESS_WRITE     2u
#define PAL_ACCESS_BOTH      3u
#define PAL_ACCESS_CLEANED   4u     /* for pal_dma_map_run(): who calls sees \
				       to it that caches hide nothing from it */

/* Handed to the entry point of ntoskrnl.exe: uint32_t entry(struct pal_boot *) */
struct pal_boot {
	uint32_t size;                  /* of this: both sides are of one build */
	uint32_t images;
	struct pal_image image[PAL_IMAGES_MAX];
	uint32_t drivers;
	struct {
		uint32_t image;         /* index in image[] */
		void *device;           /* the PCI function to drive */
	} driver[PAL_DRIVERS_MAX];
	const char *fault;              /* names, comma-separated */
	const char *parameters;         /* NAME=VALUE, comma-separated */
	const char *pnp;                /* how the device goes, see pnp.c */
	const char *bugcheck;           /* what it ends, see bugcheck.c */
	void *thread;                   /* the thread that calls the entry */
	uint32_t processors;
	uint32_t nodes;                 /* of NUMA, at least 1 */
	uint32_t ioctl;                 /* control code to send; 0: none */
};

#define PAL_ALLOC_ATOMIC     1u     /* do not sleep */
#define PAL_CLOCK_MONOTONIC  0u     /* ns since start */
#define PAL_CLOCK_REAL       1u     /* ns since 1970 */
#define PAL_LOG_ERROR        0u     /* always on the console */
#define PAL_LOG_INFO         1u     /* on the console unless quiet */

#define PAL_FUNCTIONS(X) \
/* Memory, 16-aligned, page-aligned from a page on; not cleared. NULL: none. */ \
X(void *,   pal_alloc,    (uint64_t size, uint32_t flags)) \
X(void,     pal_free,     (void *memory, uint64_t size)) \
/* Physical address behind a kernel address; all ones: nothing is there. */ \
X(uint64_t, pal_phys,     (const void *va)) \
/* Maps device memory, PAL_CACHE_*. Sleeps. */ \
X(void *,   pal_map_io,   (uint64_t physical, uint64_t size, uint32_t cache)) \
X(void,     pal_unmap_io, (void *va)) \
/* PAL_CACHE_* of the page behind va, as the page tables say; -1: unmapped. */ \
X(int32_t,  pal_cache_of, (const void *va)) \
\
/* ---- Threads. pal_thread_create() stores *handle before the thread runs; */ \
/* `nt` is the current thread in it, for NT. Both sleep. */ \
X(int32_t,  pal_thread_create, (pal_routine routine, void *context, void *nt, \
				void **handle)) \
X(void,     pal_thread_exit,   (void)) \
/* 1: the caller is a thread, not an interrupt on top of one. */ \
X(uint32_t, pal_in_thread,     (void)) \
/* Says who the current thread is, for NT. */ \
X(void,     pal_thread_set,    (void *nt)) \
/* Waits for one pal_wake(), which may come before. 1: timeout_ns are over, */ \
/* PAL_FOREVER for no limit. Sleeps. */ \
X(int32_t,  pal_wait,     (int64_t timeout_ns)) \
/* The caller sees to it that the thread still lives. */ \
X(void,     pal_wake,     (void *thread)) \
\
/* ---- Time and deferred work. */ \
X(uint64_t, pal_time,     (uint32_t clock)) \
/* `dispatch` runs in interrupt context, below any interrupt, as soon as the */ \
/* processor is below DISPATCH_LEVEL: after pal_dispatch_request() and when */ \
/* the time given to pal_dispatch_at() (monotonic; all ones: never) has come. */ \
X(void,     pal_dispatch_set,     (pal_routine dispatch)) \
X(void,     pal_dispatch_request, (void)) \
X(void,     pal_dispatch_at,      (uint64_t time_ns)) \
\
/* ---- Words. */ \
X(void,     pal_log,      (uint32_t level, const char *text)) \
/* One record of the report stream, see include/cbx/abi.h; CBX_STATUS_*. */ \
X(uint32_t, pal_report,   (uint32_t kind, const void *fields, uint32_t size)) \
/* From now on through this device's port, if it has one. */ \
X(void,     pal_report_through, (void *device)) \
/* Writes a "crash" record and stops the guest. Does not return. */ \
X(void,     pal_panic,    (const char *code, const char *text)) \
/* Name of the image (now or formerly) at an address; NULL: none. */ \
X(const char *, pal_image_at, (const void *address, uint64_t *offset)) \
X(void *,   pal_image_export, (const char *image, const char *name)) \
/* Makes the discardable sections unusable; gives the memory back. Sleep. */ \
X(void,     pal_image_discard, (void *base)) \
X(void,     pal_image_unload,  (void *base)) \
\
/* ---- The device. */ \
X(void,     pal_device_info, (void *device, struct pal_device_info *info)) \
/* Configuration space, bytes read or written; short at its end. */ \
X(uint32_t, pal_config,   (void *device, uint32_t offset, void *buffer, \
			   uint32_t size, uint32_t write)) \
/* D0 or D3, over which configuration space is kept. Sleeps. */ \
X(void,     pal_device_power, (void *device, uint32_t on)) \
/* Decoding and bus mastering. Sleeps. */ \
X(void,     pal_device_enable, (void *device, uint32_t on)) \
/* Up to `max` messages, else the line; max 0: the line. Returns 0 when there */ \
/* is at least one. Sleep. */ \
X(int32_t,  pal_irq_alloc, (void *device, uint32_t max, struct pal_irqs *irqs)) \
X(void,     pal_irq_free,  (void *device)) \
X(int32_t,  pal_irq_connect, (void *device, uint32_t index, pal_isr isr, \
			      void *context)) \
/* Returns when the routine is not running and will not run again. */ \
X(void,     pal_irq_disconnect, (void *device, uint32_t index)) \
/* 0 or a negative errno. Sleep. */ \
X(int32_t,  pal_dma_alloc, (void *device, struct pal_dma *dma)) \
X(void,     pal_dma_free,  (void *device, struct pal_dma *dma)) \
/* The same for memory that pal_alloc() gave, whole pages, at dma->va; cache */ \
/* and node are ignored. Without translation access is always both. Sleep. */ \
X(int32_t,  pal_dma_map,   (void *device, struct pal_dma *dma, \
			    uint32_t access)) \
X(void,     pal_dma_unmap, (void *device, struct pal_dma *dma, \
			    uint32_t access)) \
\
/* Pages for one transfer, physically contiguous and anywhere in memory. What */ \
/* the CPU has stored is there for the device after the mapping, but with */ \
/* PAL_ACCESS_CLEANED; what the device has written is there for the CPU after */ \
/* the unmapping. 0 or a negative errno. */ \
X(int32_t,  pal_dma_map_run, (void *device, uint64_t physical, uint64_t size, \
			      uint64_t limit, uint32_t access, \
			      uint64_t *logical)) \
X(void,     pal_dma_unmap_run, (void *device, uint64_t logical, \
				uint64_t size, uint32_t access)) \
/* The same while it is mapped: PAL_ACCESS_READ as mapping it does, */ \
/* PAL_ACCESS_WRITE as unmapping. */ \
X(void,     pal_dma_sync_run, (void *device, uint64_t logical, \
			       uint64_t size, uint32_t access))

#define PAL_DECLARE_(ret, name, args) PALIMPORT ret PALAPI name args;
PAL_FUNCTIONS(PAL_DECLARE_)
#undef PAL_DECLARE_

#endif /* CBX_PAL_H */
