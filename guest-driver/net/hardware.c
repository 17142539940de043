/* SPDX-License-Identifier: MIT */
#include "hardware.h"

#include "cbx/abi.h"

/* Memory resources arrive in BAR order; the third is the MSI-X table. */
enum { BAR_REGS, BAR_MEM, BARS_WANTED };

/* The core needs a window into device memory, not all 256 MiB of it. */
enum { MEM_WINDOW = CBX_MEM_SIZE_MIN };

/* ---- Memory spaces ------------------------------------------------------ */

static UCHAR *
HardwareMap(CBX_NET_HARDWARE *Hardware,
            const CM_PARTIAL_RESOURCE_DESCRIPTOR *Found, ULONG Length)
{
    PVOID Va = NULL;

    if (!Found || Found->u.Memory.Length < Length ||
        NdisMMapIoSpace(&Va, Hardware->Miniport, Found->u.Memory.Start,
                        Length) != NDIS_STATUS_SUCCESS) {
        return NULL;
    }
    return Va;
}

static BOOLEAN
HardwareMapAll(CBX_NET_HARDWARE *Hardware,
               const CM_PARTIAL_RESOURCE_LIST *Resources)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Found[BARS_WANTED] = { NULL, NULL };
    CBX_BARS *Bars = &Hardware->Bars;
    ULONG Memory = 0;

    for (ULONG i = 0; Resources && i < Resources->Count &&
                      Memory < BARS_WANTED; i++) {
        if (Resources->PartialDescriptors[i].Type == CmResourceTypeMemory) {
            Found[Memory++] = &Resources->PartialDescriptors[i];
        }
    }
    Bars->RegsLength = CBX_BAR_REGS_SIZE;
    Bars->Regs = HardwareMap(Hardware, Found[BAR_REGS], CBX_BAR_REGS_SIZE);
    Bars->MemLength = MEM_WINDOW;
    Bars->Mem = HardwareMap(Hardware, Found[BAR_MEM], MEM_WINDOW);
    return Bars->Regs && Bars->Mem &&
           READ_REGISTER_ULONG((ULONG *)(Bars->Regs + CBX_REG_MAGIC)) ==
               CBX_MAGIC;
}

static VOID
HardwareUnmapAll(CBX_NET_HARDWARE *Hardware)
{
    CBX_BARS *Bars = &Hardware->Bars;

    if (Bars->Mem) {
        NdisMUnmapIoSpace(Hardware->Miniport, Bars->Mem,
                          (ULONG)Bars->MemLength);
        Bars->Mem = NULL;
    }
    if (Bars->Regs) {
        NdisMUnmapIoSpace(Hardware->Miniport, Bars->Regs,
                          (ULONG)Bars->RegsLength);
        Bars->Regs = NULL;
    }
}

/* ---- Interrupt ---------------------------------------------------------- */

static MINIPORT_MESSAGE_INTERRUPT HardwareMessageIsr;
static BOOLEAN NTAPI
HardwareMessageIsr(NDIS_HANDLE Context, ULONG MessageId,
                   PBOOLEAN QueueDefaultInterruptDpc, PULONG TargetProcessors)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(MessageId);

    *TargetProcessors = 0;
    *QueueDefaultInterruptDpc = TRUE;
    return TRUE;
}

/* The line may be shared: it is ours only if the device asserts it. */
static MINIPORT_ISR HardwareLineIsr;
static BOOLEAN NTAPI
HardwareLineIsr(NDIS_HANDLE Context, PBOOLEAN QueueDefaultInterruptDpc,
                PULONG TargetProcessors)
{
    CBX_NET_HARDWARE *Hardware = Context;
    ULONG *Register = (ULONG *)(Hardware->Bars.Regs + CBX_ARM_INTX_CTL);

    *TargetProcessors = 0;
    *QueueDefaultInterruptDpc = FALSE;
    if (!(READ_REGISTER_ULONG(Register) & CBX_ARM_INTX_ASSERT)) {
        return FALSE;
    }
    WRITE_REGISTER_ULONG(Register, 0);
    *QueueDefaultInterruptDpc = TRUE;
    return TRUE;
}

static MINIPORT_MESSAGE_INTERRUPT_DPC HardwareMessageDpc;
static VOID NTAPI
HardwareMessageDpc(NDIS_HANDLE Context, ULONG MessageId,
                   PVOID MiniportDpcContext, PVOID ReceiveThrottleParameters,
                   PVOID Reserved)
{
    CBX_NET_HARDWARE *Hardware = Context;

    UNREFERENCED_PARAMETER(MiniportDpcContext);
    UNREFERENCED_PARAMETER(ReceiveThrottleParameters);
    UNREFERENCED_PARAMETER(Reserved);

    if (MessageId == CBX_NET_VECTOR) {
        KeSetEvent(&Hardware->Completed, IO_NO_INCREMENT, FALSE);
    } else if (Hardware->Traffic) {
        Hardware->Traffic(Hardware->TrafficContext, MessageId);
    }
}

static MINIPORT_INTERRUPT_DPC HardwareLineDpc;
static VOID NTAPI
HardwareLineDpc(NDIS_HANDLE Context, PVOID MiniportDpcContext,
                PVOID ReceiveThrottleParameters, PVOID Reserved)
{
    HardwareMessageDpc(Context, CBX_NET_VECTOR, MiniportDpcContext,
                       ReceiveThrottleParameters, Reserved);
}

static NDIS_STATUS
HardwareConnect(CBX_NET_HARDWARE *Hardware)
{
    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS Characteristics;
    NDIS_STATUS Status;

    RtlZeroMemory(&Characteristics, sizeof(Characteristics));
    Characteristics.Header.Type = NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT;
    Characteristics.Header.Revision = 1;
    Characteristics.Header.Size = sizeof(Characteristics);
    Characteristics.InterruptHandler = HardwareLineIsr;
    Characteristics.InterruptDpcHandler = HardwareLineDpc;
    Characteristics.MsiSupported = TRUE;
    Characteristics.MessageInterruptHandler = HardwareMessageIsr;
    Characteristics.MessageInterruptDpcHandler = HardwareMessageDpc;
    Status = NdisMRegisterInterruptEx(Hardware->Miniport, Hardware,
                                      &Characteristics, &Hardware->Interrupt);
    if (Status == NDIS_STATUS_SUCCESS &&
        Characteristics.InterruptType == NDIS_CONNECT_MESSAGE_BASED) {
        Hardware->Messages = Characteristics.MessageInfoTable->MessageCount;
    }
    return Status;
}

/* ---- Both --------------------------------------------------------------- */

NDIS_STATUS
HardwareStart(CBX_NET_HARDWARE *Hardware, NDIS_HANDLE Miniport,
              const CM_PARTIAL_RESOURCE_LIST *Resources)
{
    NDIS_STATUS Status;

    RtlZeroMemory(Hardware, sizeof(*Hardware));
    Hardware->Miniport = Miniport;
    KeInitializeEvent(&Hardware->Completed, SynchronizationEvent, FALSE);
    if (!HardwareMapAll(Hardware, Resources)) {
        Status = NDIS_STATUS_RESOURCE_CONFLICT;
        goto cleanup;
    }
    Status = HardwareConnect(Hardware);
    if (Status != NDIS_STATUS_SUCCESS) {
        goto cleanup;
    }
    WorldInitialize(&Hardware->World, &Hardware->Bars,
                    Hardware->Messages ? &Hardware->Completed : NULL);
    return NDIS_STATUS_SUCCESS;

cleanup:
    HardwareUnmapAll(Hardware);
    return Status;
}

VOID
HardwareStop(CBX_NET_HARDWARE *Hardware)
{
    if (Hardware->Interrupt) {
        NdisMDeregisterInterruptEx(Hardware->Interrupt);
        Hardware->Interrupt = NULL;
    }
    HardwareUnmapAll(Hardware);
}

VOID
HardwareReset(const CBX_NET_HARDWARE *Hardware)
{
    WRITE_REGISTER_ULONG((ULONG *)(Hardware->Bars.Regs + CBX_REG_CONTROL),
                         CBX_CONTROL_RESET);
}
