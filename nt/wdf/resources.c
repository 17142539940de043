/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFCMRESLIST: the resources of a device. */
#include "wdf.h"

static VOID ResourcesDispose(FX_OBJECT *Object)
{
    FX_RESOURCES *Resources = CONTAINING_RECORD(Object, FX_RESOURCES, Head);

    NtsFree(Resources->Descriptors,
            Resources->Count * sizeof(Resources->Descriptors[0]));
    Resources->Descriptors = NULL;
    Resources->Count = 0;
}

NTSTATUS FxResourcesCreate(FX_DEVICE *Device, const CM_RESOURCE_LIST *List,
                           FX_RESOURCES **Created)
{
    const CM_PARTIAL_RESOURCE_LIST *Partial =
        List && List->Count ? &List->List[0].PartialResourceList : NULL;
    FX_RESOURCES *Resources;
    NTSTATUS Status;

    Status = FxObjectCreate(FxTypeResources, sizeof(*Resources), &Device->Head,
                            NULL, 0, __builtin_return_address(0), &Resources);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Resources->Head.Fixed = TRUE;
    Resources->Head.Dispose = ResourcesDispose;
    if (Partial && Partial->Count) {
        SIZE_T Size = Partial->Count * sizeof(Resources->Descriptors[0]);

        Resources->Descriptors = NtsAllocate(Size);
        if (!Resources->Descriptors) {
            FxObjectAbandon(&Resources->Head);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlCopyMemory(Resources->Descriptors, Partial->PartialDescriptors,
                      Size);
        Resources->Count = Partial->Count;
    }
    *Created = Resources;
    return STATUS_SUCCESS;
}

ULONG NTAPI WdfCmResourceListGetCount(PWDF_DRIVER_GLOBALS Globals,
                                      WDFCMRESLIST Handle)
{
    FX_RESOURCES *Resources = FX_OBJECT_OF(Resources, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Resources->Count;
}

PCM_PARTIAL_RESOURCE_DESCRIPTOR NTAPI
WdfCmResourceListGetDescriptor(PWDF_DRIVER_GLOBALS Globals,
                               WDFCMRESLIST Handle, ULONG Index)
{
    FX_RESOURCES *Resources = FX_OBJECT_OF(Resources, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Index < Resources->Count ? &Resources->Descriptors[Index] : NULL;
}
