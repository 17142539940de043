/* SPDX-License-Identifier: MIT */
#include "common/bars.h"

#include "cbx/abi.h"

/* Memory resources arrive in BAR order; the third is the MSI-X table. */
enum { BARS_REGS, BARS_MEM, BARS_WANTED };
C_ASSERT(BARS_WANTED ==
         ARRAYSIZE(((CBX_BAR_RESOURCES *)0)->Memory));

/* The core needs a window into device memory, not all 256 MiB of it. */
enum { BARS_MEM_WINDOW = CBX_MEM_SIZE_MIN };

/* The newer call is the one whose mapping is never executable. */
static PVOID
BarsMap(PHYSICAL_ADDRESS Address, SIZE_T Length)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"MmMapIoSpaceEx");
    CBX_MM_MAP_IO_SPACE_EX *MapEx =
        (CBX_MM_MAP_IO_SPACE_EX *)(ULONG_PTR)MmGetSystemRoutineAddress(&Name);

    if (MapEx) {
        return MapEx(Address, Length, PAGE_READWRITE | PAGE_NOCACHE);
    }
    return MmMapIoSpace(Address, Length, MmNonCached);
}

VOID
BarsAddResource(CBX_BAR_RESOURCES *Resources,
                const CM_PARTIAL_RESOURCE_DESCRIPTOR *Descriptor)
{
    if (Descriptor->Type == CmResourceTypeMemory &&
        Resources->Count < BARS_WANTED) {
        Resources->Memory[Resources->Count++] = Descriptor;
    }
}

NTSTATUS
BarsStart(CBX_BARS *Bars, const CBX_BAR_RESOURCES *Resources)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *const *Found = Resources->Memory;
    NTSTATUS Status;

    RtlZeroMemory(Bars, sizeof(*Bars));
    if (Resources->Count < BARS_WANTED ||
        Found[BARS_REGS]->u.Memory.Length < CBX_BAR_REGS_SIZE ||
        Found[BARS_MEM]->u.Memory.Length < CBX_MEM_SIZE_MIN) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }

    Bars->RegsLength = CBX_BAR_REGS_SIZE;
    Bars->Regs = BarsMap(Found[BARS_REGS]->u.Memory.Start, Bars->RegsLength);
    if (!Bars->Regs) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
        goto cleanup;
    }
    if (READ_REGISTER_ULONG((ULONG *)(Bars->Regs + CBX_REG_MAGIC)) !=
        CBX_MAGIC) {
        Status = STATUS_NO_SUCH_DEVICE;
        goto cleanup;
    }
    Bars->MemLength = BARS_MEM_WINDOW;
    Bars->Mem = BarsMap(Found[BARS_MEM]->u.Memory.Start, Bars->MemLength);
    if (!Bars->Mem) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
        goto cleanup;
    }
    return STATUS_SUCCESS;

cleanup:
    BarsStop(Bars);
    return Status;
}

VOID
BarsStop(CBX_BARS *Bars)
{
    if (Bars->Mem) {
        MmUnmapIoSpace(Bars->Mem, Bars->MemLength);
        Bars->Mem = NULL;
    }
    if (Bars->Regs) {
        MmUnmapIoSpace(Bars->Regs, Bars->RegsLength);
        Bars->Regs = NULL;
    }
}
