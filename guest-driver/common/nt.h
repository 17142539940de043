/* SPDX-License-Identifier: MIT */
/* The kernel's declarations, and those that the free wdm.h lacks. */
#ifndef CBX_COMMON_NT_H
#define CBX_COMMON_NT_H

#include <ddk/wdm.h>

#include "cbx_dma.h"

NTKERNELAPI PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress);

#ifndef READ_REGISTER_ULONG64
#define READ_REGISTER_ULONG64(Register) (*(volatile ULONG64 *)(Register))
#define WRITE_REGISTER_ULONG64(Register, Value) \
    (*(volatile ULONG64 *)(Register) = (Value))
#endif

/* RTL_OSVERSIONINFOW */
typedef struct _CBX_OS_VERSION {
    ULONG Size;
    ULONG Major;
    ULONG Minor;
    ULONG Build;
    ULONG Platform;
    WCHAR ServicePack[128];
} CBX_OS_VERSION;
C_ASSERT(sizeof(CBX_OS_VERSION) == 276);

/* RtlGetVersion */
typedef NTSTATUS NTAPI CBX_RTL_GET_VERSION(CBX_OS_VERSION *Version);

/* MmMapIoSpaceEx: Windows 10 */
typedef PVOID NTAPI CBX_MM_MAP_IO_SPACE_EX(PHYSICAL_ADDRESS Address,
                                           SIZE_T Length, ULONG Protect);

#endif /* CBX_COMMON_NT_H */
