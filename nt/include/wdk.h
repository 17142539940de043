/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's declarations: mingw's wdm.h and what of ntddk.h and of newer
 * kits is missing there. Numbers as documented in Microsoft's driver reference.
 */
#ifndef CBX_NT_WDK_H
#define CBX_NT_WDK_H

#include <ddk/wdm.h>

/* wdm.h of later kits: the object has a name. */
#define DO_DEVICE_HAS_NAME 0x00000040

typedef struct _OSVERSIONINFOW RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;
typedef struct _OSVERSIONINFOEXW RTL_OSVERSIONINFOEXW, *PRTL_OSVERSIONINFOEXW;

struct _OSVERSIONINFOW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
};

struct _OSVERSIONINFOEXW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
    USHORT wServicePackMajor;
    USHORT wServicePackMinor;
    USHORT wSuiteMask;
    UCHAR wProductType;
    UCHAR wReserved;
};

#ifndef VER_NT_SERVER
#define VER_NT_SERVER 3
#endif

NTSYSAPI NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW Version);
NTSYSAPI VOID NTAPI RtlRaiseStatus(NTSTATUS Status);

NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI KeBugCheck(ULONG Code);
NTKERNELAPI VOID NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number);
NTKERNELAPI KAFFINITY NTAPI KeQueryActiveProcessors(VOID);
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY Active);
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT Group);
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);
NTKERNELAPI VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);

NTKERNELAPI PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID Va);
NTKERNELAPI BOOLEAN NTAPI MmIsAddressValid(PVOID Va);
NTKERNELAPI PVOID NTAPI MmMapIoSpaceEx(PHYSICAL_ADDRESS Address, SIZE_T Size,
                                       ULONG Protect);

NTKERNELAPI HANDLE NTAPI PsGetCurrentThreadId(VOID);
NTKERNELAPI HANDLE NTAPI PsGetCurrentProcessId(VOID);
NTKERNELAPI BOOLEAN NTAPI PsGetVersion(PULONG Major, PULONG Minor,
                                       PULONG Build,
                                       PUNICODE_STRING ServicePack);

NTKERNELAPI PVOID NTAPI ExAllocatePoolZero(POOL_TYPE Type, SIZE_T Size,
                                           ULONG Tag);
NTKERNELAPI PVOID NTAPI ExAllocatePool2(ULONG64 Flags, SIZE_T Size, ULONG Tag);

NTKERNELAPI NTSTATUS NTAPI IoGetDeviceNumaNode(PDEVICE_OBJECT Pdo,
                                               PUSHORT NodeNumber);

#endif /* CBX_NT_WDK_H */
