/* SPDX-License-Identifier: MIT */
#include "bars.h"

#include "cbx/abi.h"

/* Memory resources arrive in BAR order; the third is the MSI-X table. */
enum { BARS_REGS, BARS_MEM, BARS_WANTED };

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

static VOID
BarsFind(const CM_RESOURCE_LIST *Translated,
         const CM_PARTIAL_RESOURCE_DESCRIPTOR *Found[BARS_WANTED])
{
    const CM_PARTIAL_RESOURCE_LIST *List;
    ULONG Memory = 0;

    if (!Translated || !Translated->Count) {
        return;
    }
    List = &Translated->List[0].PartialResourceList;
    for (ULONG i = 0; i < List->Count && Memory < BARS_WANTED; i++) {
        if (List->PartialDescriptors[i].Type == CmResourceTypeMemory) {
            Found[Memory++] = &List->PartialDescriptors[i];
        }
    }
}

NTSTATUS
BarsStart(CBX_BARS *Bars, const CM_RESOURCE_LIST *Translated)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Found[BARS_WANTED] = { NULL, NULL };
    NTSTATUS Status;

    RtlZeroMemory(Bars, sizeof(*Bars));
    BarsFind(Translated, Found);
    if (!Found[BARS_REGS] || !Found[BARS_MEM] ||
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
