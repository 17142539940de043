/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mapping device memory, and accesses to registers. */
#include "videoprt.h"

static PVOID Map(PHYSICAL_ADDRESS Address, ULONG Length, UCHAR InIoSpace)
{
    if (InIoSpace & VIDEO_MEMORY_SPACE_IO) {
        return NULL;
    }
    return MmMapIoSpace(Address, Length, MmNonCached);
}

/* Unmapping has no length: the map is remembered by its address. */
typedef struct _MAPPING {
    LIST_ENTRY Link;
    VP_DEVICE *Device;
    PVOID Address;
    ULONG Length;
} MAPPING;

static LIST_ENTRY Mappings = { &Mappings, &Mappings };
static NTS_LOCK MappingsLock;

static PVOID MapRemembered(VP_DEVICE *Device, PHYSICAL_ADDRESS Physical,
                           ULONG Length, UCHAR InIoSpace)
{
    MAPPING *Mapping = NtsAllocate(sizeof(*Mapping));
    ULONG64 Flags;

    if (!Mapping) {
        return NULL;
    }
    Mapping->Device = Device;
    Mapping->Length = Length;
    Mapping->Address = Map(Physical, Length, InIoSpace);
    if (!Mapping->Address) {
        NtsFree(Mapping, sizeof(*Mapping));
        return NULL;
    }
    Flags = NtsLock(&MappingsLock);
    InsertTailList(&Mappings, &Mapping->Link);
    NtsUnlock(&MappingsLock, Flags);
    return Mapping->Address;
}

/* Any address of the device when Address is NULL. */
static MAPPING *Forget(VP_DEVICE *Device, PVOID Address)
{
    ULONG64 Flags = NtsLock(&MappingsLock);
    MAPPING *Found = NULL;

    for (LIST_ENTRY *p = Mappings.Flink; p != &Mappings; p = p->Flink) {
        MAPPING *Mapping = CONTAINING_RECORD(p, MAPPING, Link);

        if (Mapping->Device == Device &&
            (!Address || Mapping->Address == Address)) {
            RemoveEntryList(p);
            Found = Mapping;
            break;
        }
    }
    NtsUnlock(&MappingsLock, Flags);
    return Found;
}

static BOOLEAN Unmap(VP_DEVICE *Device, PVOID Address)
{
    MAPPING *Mapping = Forget(Device, Address);

    if (!Mapping) {
        return FALSE;
    }
    MmUnmapIoSpace(Mapping->Address, Mapping->Length);
    NtsFree(Mapping, sizeof(*Mapping));
    return TRUE;
}

VOID VpUnmapAll(VP_DEVICE *Device)
{
    while (Unmap(Device, NULL)) {
    }
}

PVOID NTAPI VideoPortGetDeviceBase(PVOID HwDeviceExtension,
                                   PHYSICAL_ADDRESS IoAddress,
                                   ULONG NumberOfUchars, UCHAR InIoSpace)
{
    NTS_IRQL(PASSIVE_LEVEL);
    return MapRemembered(VP_DEVICE_OF(HwDeviceExtension), IoAddress,
                         NumberOfUchars, InIoSpace);
}

VOID NTAPI VideoPortFreeDeviceBase(PVOID HwDeviceExtension,
                                   PVOID MappedAddress)
{
    CHAR Where[64];

    NTS_IRQL(PASSIVE_LEVEL);
    if (!MappedAddress ||
        !Unmap(VP_DEVICE_OF(HwDeviceExtension), MappedAddress)) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0x83, (ULONG_PTR)MappedAddress, 0, 0,
                    "VideoPortFreeDeviceBase: %p is not mapped, called by %s",
                    MappedAddress,
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
}

/* A view for whoever draws; here that is the kernel's address space. */
VP_STATUS NTAPI VideoPortMapMemory(PVOID HwDeviceExtension,
                                   PHYSICAL_ADDRESS PhysicalAddress,
                                   PULONG Length, PULONG InIoSpace,
                                   PVOID *VirtualAddress)
{
    NTS_IRQL(PASSIVE_LEVEL);
    *VirtualAddress = MapRemembered(VP_DEVICE_OF(HwDeviceExtension),
                                    PhysicalAddress, *Length,
                                    (UCHAR)*InIoSpace);
    return *VirtualAddress ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

VP_STATUS NTAPI VideoPortUnmapMemory(PVOID HwDeviceExtension,
                                     PVOID VirtualAddress,
                                     HANDLE ProcessHandle)
{
    UNREFERENCED_PARAMETER(ProcessHandle);
    NTS_IRQL(PASSIVE_LEVEL);
    return VirtualAddress &&
           Unmap(VP_DEVICE_OF(HwDeviceExtension), VirtualAddress) ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

/* ---- Registers: one bus access each, in order ---------------------------- */

#define REGISTER(Name, Type) \
    Type NTAPI VideoPortReadRegister##Name(Type *Register) \
    { \
        Type Value = *(volatile Type *)Register; \
        __asm__ volatile("" : : : "memory"); \
        return Value; \
    } \
    VOID NTAPI VideoPortWriteRegister##Name(Type *Register, Type Value) \
    { \
        *(volatile Type *)Register = Value; \
        __sync_synchronize(); \
    } \
    VOID NTAPI VideoPortReadRegisterBuffer##Name(Type *Register, \
                                                 Type *Buffer, ULONG Count) \
    { \
        while (Count--) { \
            *Buffer++ = *(volatile Type *)Register++; \
        } \
    } \
    VOID NTAPI VideoPortWriteRegisterBuffer##Name(Type *Register, \
                                                  Type *Buffer, ULONG Count) \
    { \
        while (Count--) { \
            *(volatile Type *)Register++ = *Buffer++; \
        } \
        __sync_synchronize(); \
    }
REGISTER(Uchar, UCHAR)
REGISTER(Ushort, USHORT)
REGISTER(Ulong, ULONG)
