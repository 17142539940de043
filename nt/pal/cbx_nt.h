/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the Linux module: what its files offer each other. Functions that
 * return int return 0 or a negative errno.
 */
#ifndef CBX_NT_H
#define CBX_NT_H

#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "pal.h"
#include "arch.h"

#undef pr_fmt
#define pr_fmt(fmt) "cbx_nt: " fmt

/* ---- context.c: crossing between Linux and PE code ---------------------- */

int context_start(void);
/* Calls PE code from a thread: vector registers, IRQL 0, processor block. */
u64 context_call(void *routine, u64 a, u64 b, u64 c, u64 d);
/* Calls PE code from an interrupt or softirq; leaves what it found. */
u64 context_call_irq(void *routine, u64 a, u64 b, u64 c, u64 d);
/* Brackets around whatever sleeps in a platform function. */
void context_leave(struct pe_context *context);
void context_return(struct pe_context *context);
/* Tells PE code who the current thread is; preemption is off. */
void context_set_thread(void *nt);
unsigned long context_irql(void);

/* ---- image.c ------------------------------------------------------------ */

int image_start(void);
/*
 * Loads `drivers`, comma-separated, and what they import from; links. Panics if
 * a part is missing.
 */
int image_load_all(const char *drivers, struct pal_boot *boot);
/* "image+0xNN", or the bare address; returns buffer. */
const char *image_describe(unsigned long address, char *buffer, size_t size);
/* Is the address in ntoskrnl.exe, hal.dll and the like, not in a driver? */
bool image_is_system(unsigned long address);
/* Is the address in an image that has been unloaded? */
bool image_unloaded(unsigned long address);

/* ---- imports.c ---------------------------------------------------------- */

#define PAL_MODULE "cbxpal.sys"
void *pal_function(const char *name);

/* ---- thread.c ----------------------------------------------------------- */

/* Runs `routine` in a new kernel thread as an NT thread. */
int thread_start(int (*routine)(void *), void *argument, void **handle);
/* Who the calling thread is to NT; NULL outside NT threads. */
void *thread_nt(void);

/* ---- page_type.c: memory types, as the processor has them --------------- */

/*
 * Maps `count` pages as PAL_CACHE_*; they and the array, of kvmalloc_array(),
 * are then the mapping's. NULL: neither. No line that another mapping has in
 * the caches is left there, unless `unclean`. Sleep.
 */
void *page_type_map(struct page **pages, unsigned long count, u32 cache,
		    bool unclean);
void page_type_unmap(void *va, unsigned long count, bool unclean);

/* ---- fault.c: what a fault was ------------------------------------------ */

enum fault_access { FAULT_READ, FAULT_WRITE, FAULT_EXECUTE };

struct fault {
	unsigned long ip;
	bool paging;                    /* these are then known: */
	bool misaligned;
	unsigned long address;
	enum fault_access access;
};

struct die_args;
struct fault fault_read(const struct die_args *args);

/* ---- dispatch.c --------------------------------------------------------- */

void dispatch_start(void);
void dispatch_stop(void);

/* ---- pci.c -------------------------------------------------------------- */

struct nt_vector {
	pal_isr routine;                /* NULL: not connected */
	void *context;
	u32 index;
};

struct nt_device {
	struct pci_dev *pci;
	void __iomem *regs;             /* BAR0 of a CBX device, else NULL */
	struct pal_irqs irqs;
	bool had_irqs;
	struct nt_vector vector[PAL_VECTORS_MAX];
};

int pci_start(void);
void pci_stop(void);
/* The device of driver `index`; panics if there is none. */
struct nt_device *pci_wanted(u32 index);

/* ---- report.c ----------------------------------------------------------- */

int report_start(void);
void report_stop(void);
void report_attach(struct nt_device *device);
void report_detach(struct nt_device *device);
/* "crash" record and words on the console. report_crash() then panics. */
void report_last_words(const char *code, const char *text);

/* Inline, so that objtool sees panic() as the end of the caller. */
static __always_inline void __noreturn report_crash(const char *code,
						    const char *text)
{
	report_last_words(code, text);
	panic("%s: %s", code, text);
}

#define REPORT_TEXT_MAX 512

#endif /* CBX_NT_H */
