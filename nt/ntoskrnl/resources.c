/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's resources as START_DEVICE carries them. */
#include "nt.h"

enum { LIST_TAG = 0x4c526d43 };     /* "CmRL" */

/* One full descriptor; its list has `Count` partial descriptors. */
static SIZE_T ListSize(ULONG Count)
{
    return FIELD_OFFSET(CM_RESOURCE_LIST,
                        List[0].PartialResourceList.PartialDescriptors) +
           Count * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
}

static PCM_RESOURCE_LIST ListCreate(const NTS_PDO *Pdo, ULONG Count)
{
    PCM_RESOURCE_LIST List = ExAllocatePoolWithTag(PagedPool, ListSize(Count),
                                                   LIST_TAG);

    if (List) {
        RtlZeroMemory(List, ListSize(Count));
        List->Count = 1;
        List->List[0].InterfaceType = PCIBus;
        List->List[0].BusNumber = Pdo->Info.bus;
        List->List[0].PartialResourceList.Version = 1;
        List->List[0].PartialResourceList.Revision = 1;
        List->List[0].PartialResourceList.Count = Count;
    }
    return List;
}

static VOID FillBar(const NTS_PDO *Pdo, ULONG Bar,
                    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    uint32_t Flags = Pdo->Info.bar[Bar].flags;

    Descriptor->ShareDisposition = CmResourceShareDeviceExclusive;
    Descriptor->u.Generic.Start.QuadPart = Pdo->Info.bar[Bar].address;
    Descriptor->u.Generic.Length = (ULONG)Pdo->Info.bar[Bar].size;
    if (Flags & PAL_BAR_IO) {
        Descriptor->Type = CmResourceTypePort;
        Descriptor->Flags = CM_RESOURCE_PORT_IO |
                            CM_RESOURCE_PORT_16_BIT_DECODE;
    } else {
        Descriptor->Type = CmResourceTypeMemory;
        Descriptor->Flags = CM_RESOURCE_MEMORY_READ_WRITE;
        if (Flags & PAL_BAR_PREFETCH) {
            Descriptor->Flags |= CM_RESOURCE_MEMORY_PREFETCHABLE;
        }
    }
}

static VOID FillInterrupt(const NTS_PDO *Pdo, ULONG Index, BOOLEAN Raw,
                          PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    ULONG Vector = NTS_VECTOR_BASE + Index;
    KAFFINITY Affinity = ((KAFFINITY)1 << NtsProcessors) - 1;

    Descriptor->Type = CmResourceTypeInterrupt;
    if (Pdo->Irqs.kind == PAL_IRQ_LINE) {
        Descriptor->ShareDisposition = CmResourceShareShared;
        Descriptor->Flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE;
        Descriptor->u.Interrupt.Level = Raw ? Pdo->Irqs.irq[0].vector
                                            : NTS_DIRQL(Vector);
        Descriptor->u.Interrupt.Vector = Raw ? Pdo->Irqs.irq[0].vector
                                             : Vector;
        Descriptor->u.Interrupt.Affinity = Affinity;
        return;
    }
    Descriptor->ShareDisposition = CmResourceShareDeviceExclusive;
    Descriptor->Flags = CM_RESOURCE_INTERRUPT_LATCHED |
                        CM_RESOURCE_INTERRUPT_MESSAGE;
    if (Raw) {
        Descriptor->u.MessageInterrupt.Raw.MessageCount = 1;
        Descriptor->u.MessageInterrupt.Raw.Vector = Vector;
        Descriptor->u.MessageInterrupt.Raw.Affinity = Affinity;
    } else {
        Descriptor->u.MessageInterrupt.Translated.Level = NTS_DIRQL(Vector);
        Descriptor->u.MessageInterrupt.Translated.Vector = Vector;
        Descriptor->u.MessageInterrupt.Translated.Affinity = Affinity;
    }
}

static VOID Fill(const NTS_PDO *Pdo, BOOLEAN Raw, PCM_RESOURCE_LIST List)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor =
        List->List[0].PartialResourceList.PartialDescriptors;

    for (ULONG i = 0; i < PAL_BARS; i++) {
        if (Pdo->Info.bar[i].size) {
            FillBar(Pdo, i, Descriptor++);
        }
    }
    for (ULONG i = 0; i < Pdo->Irqs.count; i++) {
        FillInterrupt(Pdo, i, Raw, Descriptor++);
    }
}

NTSTATUS NtsResourcesCreate(const NTS_PDO *Pdo, PCM_RESOURCE_LIST *Raw,
                            PCM_RESOURCE_LIST *Translated)
{
    ULONG Count = Pdo->Irqs.count;

    for (ULONG i = 0; i < PAL_BARS; i++) {
        Count += Pdo->Info.bar[i].size != 0;
    }
    *Raw = ListCreate(Pdo, Count);
    if (!*Raw) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Translated = ListCreate(Pdo, Count);
    if (!*Translated) {
        ExFreePoolWithTag(*Raw, LIST_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Fill(Pdo, TRUE, *Raw);
    Fill(Pdo, FALSE, *Translated);
    return STATUS_SUCCESS;
}
