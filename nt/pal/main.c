// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cbx_nt: runs unmodified Windows kernel drivers. Loads the stand-in's
 * ntoskrnl.exe and hal.dll and the drivers, links them, calls the first.
 * Loading the module returns when the last driver has been unloaded.
 */
#include <linux/completion.h>
#include <linux/init.h>

#include "cbx_nt.h"

static char *driver = "cbxwdm.sys";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "file names of the drivers, in the root directory, comma-separated; each gets a device of its own");

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "faults to inject, comma-separated");

static char *parameters = "";
module_param(parameters, charp, 0444);
MODULE_PARM_DESC(parameters, "NAME=VALUE,...: strings in the driver's registry key Parameters");

static char *pnp = "orderly";
module_param(pnp, charp, 0444);
MODULE_PARM_DESC(pnp, "what happens after the start: orderly, surprise, rebalance or power");

static char *bugcheck = "guest";
module_param(bugcheck, charp, 0444);
MODULE_PARM_DESC(bugcheck, "what a bug check ends: guest, or thread, so that a test sees many in one boot");

static uint ioctl;
module_param(ioctl, uint, 0444);
MODULE_PARM_DESC(ioctl, "control code to send to the driver once it has started");

static DECLARE_COMPLETION(finished);
static u32 result;

static int system_main(void *data)
{
	struct pal_boot *boot = data;
	u32 i;

	if (image_load_all(driver, boot))
		goto out;
	for (i = 0; i < boot->drivers; i++)
		boot->driver[i].device = pci_wanted(i);
	result = context_call(boot->image[0].entry, (u64)boot, 0, 0, 0);
out:
	complete(&finished);
	return 0;
}

static struct pal_boot boot;

static int __init cbx_nt_init(void)
{
	int err;

	err = context_start();
	if (err)
		return err;
	err = image_start();
	if (err)
		return err;
	err = report_start();
	if (err)
		return err;
	dispatch_start();
	err = pci_start();
	if (err)
		goto stop;
	boot.size = sizeof(boot);
	boot.fault = fault;
	boot.parameters = parameters;
	boot.pnp = pnp;
	boot.bugcheck = bugcheck;
	boot.ioctl = ioctl;
	boot.processors = num_online_cpus();
	boot.nodes = num_online_nodes();
	err = thread_start(system_main, &boot, &boot.thread);
	if (err)
		goto unregister;
	wait_for_completion(&finished);
	if (result)
		pr_err("NT ended with 0x%08x\n", result);
	return 0;

unregister:
	pci_stop();
stop:
	dispatch_stop();
	report_stop();
	return err;
}

module_init(cbx_nt_init);
MODULE_DESCRIPTION("CBX stand-in for the Windows kernel: platform layer");
MODULE_LICENSE("GPL");
