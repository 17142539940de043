// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words: console, report stream, and the last ones before the guest stops.
 */
#include <linux/io.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/panic_notifier.h>

#include "cbx_nt.h"
#include <cbx/abi.h>

static struct nt_device *port;
static atomic_t crashed;

void report_attach(struct nt_device *device)
{
	if (!port)
		port = device;
}

void PALAPI pal_report_through(void *handle)
{
	struct nt_device *device = handle;

	if (device->regs)
		port = device;
}

void report_detach(struct nt_device *device)
{
	if (port == device)
		port = NULL;
}

static u32 report_once(u32 kind, const u8 *fields, u32 size)
{
	void __iomem *regs = port->regs +
			     CBX_REG_REPORT(CBX_REPORT_PORT_SYSTEM, 0);
	u32 i;

	for (i = 0; i + 4 <= size; i += 4)
		writel(fields[i] | fields[i + 1] << 8 | fields[i + 2] << 16 |
		       (u32)fields[i + 3] << 24,
		       regs + CBX_REG_REPORT_DATA);
	for (; i < size; i++)
		writeb(fields[i], regs + CBX_REG_REPORT_DATA);
	writel(kind, regs + CBX_REG_REPORT_COMMIT);
	return readl(regs + CBX_REG_REPORT_STATUS);
}

uint32_t PALAPI pal_report(uint32_t kind, const void *fields, uint32_t size)
{
	u32 status;

	if (!port)
		return CBX_STATUS_DISABLED;
	status = report_once(kind, fields, size);
	/* A driver that was stopped may have left half a record before ours. */
	if (status != CBX_STATUS_OK)
		status = report_once(kind, fields, size);
	return status;
}

void PALAPI pal_log(uint32_t level, const char *text)
{
	if (level == PAL_LOG_ERROR)
		pr_err("%s\n", text);
	else
		pr_info("%s\n", text);
}

static void report_crash_record(const char *code, const char *text)
{
	char fields[REPORT_TEXT_MAX + 64];
	int n;

	if (atomic_xchg(&crashed, 1))
		return;
	n = scnprintf(fields, sizeof(fields), "code%c%s%ctext%c%s", 0, code, 0,
		      0, text) + 1;
	pal_report(CBX_REPORT_CRASH, fields, n);
}

void report_last_words(const char *code, const char *text)
{
	report_crash_record(code, text);
	pr_emerg("%s\n", text);
}

void PALAPI pal_panic(const char *code, const char *text)
{
	report_crash(code, text);
}

/* ---- Faults in PE code -------------------------------------------------- */

/* Where headers find the time, see the limits in docs/stand-in.md. */
#define USER_SHARED_DATA 0xfffff78000000000ul

enum {
	BUG_IRQL = 0x0a,
	BUG_KMODE_EXCEPTION = 0x1e,
	BUG_PAGE_FAULT = 0x50,
	BUG_DRIVER_IRQL = 0xd1,
	BUG_DRIVER_UNLOADED = 0xce,
};

#define STATUS_DATATYPE_MISALIGNMENT 0x80000002u

/* What the bug checks' parameters call it. */
static unsigned int access_code(u32 bug, enum fault_access access)
{
	if (access == FAULT_EXECUTE)
		return bug == BUG_PAGE_FAULT ? 0x10 : 8;
	if (access == FAULT_WRITE)
		return bug == BUG_PAGE_FAULT ? 2 : 1;
	return 0;
}

static const char *fault_name(u32 bug)
{
	switch (bug) {
	case BUG_IRQL:
		return "IRQL_NOT_LESS_OR_EQUAL";
	case BUG_DRIVER_IRQL:
		return "DRIVER_IRQL_NOT_LESS_OR_EQUAL";
	case BUG_DRIVER_UNLOADED:
		return "DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS";
	default:
		return "PAGE_FAULT_IN_NONPAGED_AREA";
	}
}

static const char *const access_names[] = {
	[FAULT_READ] = "read",
	[FAULT_WRITE] = "write",
	[FAULT_EXECUTE] = "execute",
};

/* The bug check that Windows raises for a fault, and what happened. */
static u32 describe_fault(const struct die_args *args, char *text, size_t size)
{
	struct fault fault = fault_read(args);
	unsigned long address = fault.address, ip = fault.ip;
	unsigned long irql = context_irql();
	char where[64];
	u32 bug;

	image_describe(ip, where, sizeof(where));
	if (!fault.paging) {
		scnprintf(text, size, "%s at %s", args->str, where);
		return image_unloaded(ip) ? BUG_DRIVER_UNLOADED
					  : BUG_KMODE_EXCEPTION;
	}
	if (fault.misaligned) {
		scnprintf(text, size,
			  "KMODE_EXCEPTION_NOT_HANDLED (0x%x, 0x%lx, 0x%x, 0x%lx): misaligned %s of 0x%lx, which is Device memory, at %s, IRQL %lu",
			  STATUS_DATATYPE_MISALIGNMENT, ip,
			  fault.access == FAULT_WRITE, address,
			  access_names[fault.access], address, where, irql);
		return BUG_KMODE_EXCEPTION;
	}
	if (image_unloaded(ip))
		bug = BUG_DRIVER_UNLOADED;
	else if (irql < 2)
		bug = BUG_PAGE_FAULT;
	else
		bug = image_is_system(ip) ? BUG_IRQL : BUG_DRIVER_IRQL;
	/* 0x50 has no IRQL: access, then where from. */
	scnprintf(text, size,
		  "%s (0x%lx, 0x%lx, 0x%lx, 0x%lx): %s of 0x%lx%s at %s, IRQL %lu",
		  fault_name(bug), address,
		  bug == BUG_PAGE_FAULT ? access_code(bug, fault.access) : irql,
		  bug == BUG_PAGE_FAULT ? ip : access_code(bug, fault.access),
		  bug == BUG_PAGE_FAULT ? 0 : ip,
		  access_names[fault.access], address,
		  address - USER_SHARED_DATA < PAGE_SIZE
		  ? " (KUSER_SHARED_DATA, which this stand-in does not map)"
		  : "", where, irql);
	return bug;
}

static int report_die(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	char text[REPORT_TEXT_MAX], code[16];

	if (event == DIE_OOPS) {
		scnprintf(code, sizeof(code), "0x%08X",
			  describe_fault(data, text, sizeof(text)));
		pr_emerg("*** STOP: %s: %s\n", code, text);
		report_crash_record(code, text);
	}
	return NOTIFY_DONE;
}

static int report_panic(struct notifier_block *nb, unsigned long event,
			void *text)
{
	report_crash_record("linux-panic", text);
	return NOTIFY_DONE;
}

static struct notifier_block die_block = { .notifier_call = report_die };
static struct notifier_block panic_block = { .notifier_call = report_panic };

int report_start(void)
{
	atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
	return register_die_notifier(&die_block);
}

void report_stop(void)
{
	unregister_die_notifier(&die_block);
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_block);
}
