// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NT threads are kernel threads with one wake-up token each. NT's own waiting
 * (events, timeouts, priorities of satisfaction) is above this.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "cbx_nt.h"

struct nt_thread {
	struct task_struct *task;
	int (*routine)(void *argument);
	void *argument;
	pal_routine entry;              /* PE code, for pal_thread_create() */
	void *context;                  /* its argument */
	void *nt;
	bool token;
};

static int thread_main(void *data);

/* The NT thread that runs, or NULL in other tasks. */
static struct nt_thread *thread_self(void)
{
	if (!in_task() || !(current->flags & PF_KTHREAD))
		return NULL;
	return kthread_func(current) == thread_main ? kthread_data(current)
						    : NULL;
}

void *thread_nt(void)
{
	struct nt_thread *thread = thread_self();

	return thread ? thread->nt : NULL;
}

static int thread_main(void *data)
{
	struct nt_thread *thread = data;
	int result = thread->routine(thread->argument);

	kfree(thread);
	return result;
}

static int thread_enter(void *data)
{
	struct nt_thread *thread = data;

	context_call(thread->entry, (u64)thread->context, 0, 0, 0);
	return 0;
}

static struct nt_thread *thread_new(void **handle)
{
	struct nt_thread *thread = kzalloc(sizeof(*thread), GFP_KERNEL);
	struct task_struct *task;

	if (!thread)
		return NULL;
	task = kthread_create(thread_main, thread, "nt");
	if (IS_ERR(task)) {
		kfree(thread);
		return NULL;
	}
	thread->task = task;
	*handle = thread;
	return thread;
}

int thread_start(int (*routine)(void *), void *argument, void **handle)
{
	struct nt_thread *thread = thread_new(handle);

	if (!thread)
		return -ENOMEM;
	thread->routine = routine;
	thread->argument = argument;
	wake_up_process(thread->task);
	return 0;
}

int32_t PALAPI pal_thread_create(pal_routine routine, void *context, void *nt,
				 void **handle)
{
	struct pe_context saved;
	struct nt_thread *thread;

	context_leave(&saved);
	thread = thread_new(handle);
	if (thread) {
		/* thread_enter() finds the rest in the thread itself. */
		thread->routine = thread_enter;
		thread->entry = routine;
		thread->nt = nt;
		thread->argument = thread;
		thread->context = context;
		wake_up_process(thread->task);
	}
	context_return(&saved);
	return thread ? 0 : -ENOMEM;
}

void PALAPI pal_thread_exit(void)
{
	struct nt_thread *thread = thread_self();
	struct pe_context saved;

	context_leave(&saved);
	kfree(thread);
	kthread_complete_and_exit(NULL, 0);
}

uint32_t PALAPI pal_in_thread(void)
{
	return thread_self() != NULL;
}

void PALAPI pal_thread_set(void *nt)
{
	struct nt_thread *thread = thread_self();

	if (thread)
		thread->nt = nt;
	context_set_thread(nt);
}

int32_t PALAPI pal_wait(int64_t timeout_ns)
{
	struct nt_thread *thread = thread_self();
	ktime_t end = ktime_add_ns(ktime_get(), timeout_ns);
	struct pe_context saved;
	int32_t late = 0;

	context_leave(&saved);
	for (;;) {
		set_current_state(TASK_IDLE);
		if (xchg(&thread->token, false))
			break;
		if (timeout_ns < 0) {
			schedule();
		} else if (!schedule_hrtimeout(&end, HRTIMER_MODE_ABS)) {
			late = !xchg(&thread->token, false);
			break;
		}
	}
	__set_current_state(TASK_RUNNING);
	context_return(&saved);
	return late;
}

void PALAPI pal_wake(void *handle)
{
	struct nt_thread *thread = handle;

	smp_store_mb(thread->token, true);
	wake_up_process(thread->task);
}
