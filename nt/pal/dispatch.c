// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls NT's dispatcher (DPCs, timers) from a tasklet, on request or at a time.
 *
 * On x64 a request made at DISPATCH_LEVEL or above stays pending until the
 * processor's IRQL falls. Lowering is an inline write to CR8 that nobody here
 * sees, so while CR8 forbids it the request is repeated by a timer.
 */
#include <linux/hrtimer.h>

#include "cbx_nt.h"

enum {
	DISPATCH_LEVEL = 2,
	AGAIN_NS = 20000,
};

static pal_routine dispatcher;
static struct hrtimer at_timer, again_timer;

static void dispatch_run(struct tasklet_struct *unused)
{
	pal_routine routine = READ_ONCE(dispatcher);

	if (!routine)
		return;
	if (context_irql() >= DISPATCH_LEVEL)
		hrtimer_start(&again_timer, AGAIN_NS, HRTIMER_MODE_REL);
	else
		context_call_irq(routine, 0, 0, 0, 0);
}

static DECLARE_TASKLET(tasklet, dispatch_run);

static enum hrtimer_restart dispatch_due(struct hrtimer *timer)
{
	tasklet_hi_schedule(&tasklet);
	return HRTIMER_NORESTART;
}

void PALAPI pal_dispatch_set(pal_routine routine)
{
	WRITE_ONCE(dispatcher, routine);
}

void PALAPI pal_dispatch_request(void)
{
	tasklet_hi_schedule(&tasklet);
}

void PALAPI pal_dispatch_at(uint64_t time_ns)
{
	if (time_ns == ~0ull)
		hrtimer_try_to_cancel(&at_timer);
	else
		hrtimer_start(&at_timer, ns_to_ktime(time_ns),
			      HRTIMER_MODE_ABS);
}

uint64_t PALAPI pal_time(uint32_t clock)
{
	return clock == PAL_CLOCK_REAL ? ktime_get_real_ns() : ktime_get_ns();
}

void dispatch_start(void)
{
	hrtimer_init(&at_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	at_timer.function = dispatch_due;
	hrtimer_init(&again_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	again_timer.function = dispatch_due;
}

void dispatch_stop(void)
{
	WRITE_ONCE(dispatcher, NULL);
	hrtimer_cancel(&at_timer);
	hrtimer_cancel(&again_timer);
	tasklet_kill(&tasklet);
}
