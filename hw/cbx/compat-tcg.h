/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between the QEMU versions in the headers of TCG, for files that
 * are compiled for each target.
 */
#ifndef HW_CBX_COMPAT_TCG_H
#define HW_CBX_COMPAT_TCG_H

/* 10.1 cut exec/exec-all.h and system/cpu-timers.h into pieces. */
#if __has_include("accel/tcg/probe.h")
#include "accel/tcg/cpu-mmu-index.h"
#include "accel/tcg/probe.h"
#include "exec/icount.h"
#include "exec/target_page.h"
#include "exec/tlb-flags.h"
#else
#include "exec/exec-all.h"
#include "system/cpu-timers.h"
#endif

#endif /* HW_CBX_COMPAT_TCG_H */
