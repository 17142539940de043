/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Initialize, restart, pause, halt: the states of a miniport adapter, and what
 * must be so on the way from one to the next.
 */
#include "nbl.h"

/* ---- Attributes --------------------------------------------------------- */

static NDIS_STATUS
SetRegistration(NDIS_ADAPTER *Adapter,
                const NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES *a)
{
    if (a->Header.Revision < 1 ||
        a->Header.Size < NDIS_SIZE_THROUGH(
            NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, InterfaceType)) {
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    }
    Adapter->Context = a->MiniportAdapterContext;
    Adapter->AttributeFlags = a->AttributeFlags;
    Adapter->HasRegistration = TRUE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
SetGeneral(NDIS_ADAPTER *Adapter,
           const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *a)
{
    if (a->Header.Revision < 2 || a->Header.Size < sizeof(*a)) {
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    }
    if (!a->MtuSize || !a->SupportedOidList || !a->SupportedOidListLength ||
        a->MacAddressLength > NDIS_MAX_PHYS_ADDRESS_LENGTH) {
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    Adapter->General = *a;
    Adapter->Link = a->MediaConnectState;
    Adapter->HasGeneral = TRUE;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI NdisMSetMiniportAttributes(
    NDIS_HANDLE MiniportHandle, PNDIS_MINIPORT_ADAPTER_ATTRIBUTES Attributes)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);

    NTS_IRQL(PASSIVE_LEVEL);
    if (Adapter->State != NdisInitializing) {
        NdisViolation(Adapter, __func__, Caller,
                      "outside MiniportInitializeEx");
    }
    switch (Attributes->Header.Type) {
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES:
        return SetRegistration(Adapter, &Attributes->RegistrationAttributes);
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES:
        /* The context comes with the registration, so that is first. */
        if (!Adapter->HasRegistration) {
            NdisViolation(Adapter, __func__, Caller, "with general attributes "
                          "before the registration attributes");
        }
        return SetGeneral(Adapter, &Attributes->GeneralAttributes);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}

/* ---- Pause and restart -------------------------------------------------- */

NDIS_STATUS NdisAwait(NDIS_ADAPTER *Adapter, NDIS_STATUS Status)
{
    if (Status != NDIS_STATUS_PENDING) {
        return Status;
    }
    KeWaitForSingleObject(&Adapter->Transition, Executive, KernelMode, FALSE,
                          NULL);
    return Adapter->TransitionStatus;
}

static VOID Finish(NDIS_HANDLE Handle, NDIS_STATE During, ULONG What,
                   NDIS_STATUS Status, const CHAR *Routine,
                   const VOID *Caller)
{
    NDIS_ADAPTER *Adapter = NdisAdapter(Handle, Routine, Caller);
    CHAR Where[64];

    NtsRequireIrql(DISPATCH_LEVEL, Routine, Caller);
    if (Adapter->State != During) {
        NtsBugCheck(NDIS_BUG, NDIS_BUG_STATE_TRANSITION, What,
                    (ULONG_PTR)Adapter, 0, "%s by %s while the adapter is %s",
                    Routine, NtsWhere(Caller, Where, sizeof(Where)),
                    NdisStateName(Adapter));
    }
    Adapter->TransitionStatus = Status;
    KeSetEvent(&Adapter->Transition, IO_NO_INCREMENT, FALSE);
}

VOID NTAPI NdisMPauseComplete(NDIS_HANDLE MiniportHandle)
{
    Finish(MiniportHandle, NdisPausing, NDIS_BUG_PAUSE_COMPLETE,
           NDIS_STATUS_SUCCESS, __func__, __builtin_return_address(0));
}

VOID NTAPI NdisMRestartComplete(NDIS_HANDLE MiniportHandle, NDIS_STATUS Status)
{
    Finish(MiniportHandle, NdisRestarting, NDIS_BUG_RESTART_COMPLETE, Status,
           __func__, __builtin_return_address(0));
}

VOID NTAPI NdisMResetComplete(NDIS_HANDLE MiniportHandle, NDIS_STATUS Status,
                              BOOLEAN AddressingReset)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);

    UNREFERENCED_PARAMETER(AddressingReset);
    NTS_IRQL(DISPATCH_LEVEL);
    if (!Adapter->Resetting) {
        NdisViolation(Adapter, __func__, Caller, "without a reset");
    }
    Adapter->TransitionStatus = Status;
    KeSetEvent(&Adapter->Transition, IO_NO_INCREMENT, FALSE);
}

/* A fault: the device does not answer for a while. */
static BOOLEAN Silence(NDIS_ADAPTER *Adapter, ULONG Fault)
{
    if (!(HalNtsFaults() & Fault)) {
        return FALSE;
    }
    NtsDeviceAnswers(Adapter->Pdo, FALSE);
    return TRUE;
}

/* At DISPATCH_LEVEL, so that not all lists are through before the reset. */
static NDIS_STATUS Reset(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists)
{
    BOOLEAN AddressingReset = FALSE;
    NDIS_STATUS Status;
    KIRQL Irql;

    Adapter->Resetting = TRUE;
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    if (Lists) {
        NdisSend(Adapter, Lists);
    }
    Status = Adapter->Driver->Handlers.ResetHandlerEx(Adapter->Context,
                                                      &AddressingReset);
    KeLowerIrql(Irql);
    Status = NdisAwait(Adapter, Status);
    Adapter->Resetting = FALSE;
    return Status;
}

NDIS_STATUS NdisAdapterReset(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists)
{
    const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *Do = &Adapter->Driver->Handlers;
    NDIS_STATUS Status;

    if (!Do->ResetHandlerEx) {
        return NDIS_STATUS_SUCCESS;
    }
    if (!Silence(Adapter, NDIS_FAULT_RESET)) {
        return Reset(Adapter, Lists);
    }
    Status = Reset(Adapter, Lists);
    NtsDeviceAnswers(Adapter->Pdo, TRUE);
    if (Do->CheckForHangHandlerEx &&
        Do->CheckForHangHandlerEx(Adapter->Context)) {
        (VOID)Reset(Adapter, NULL);
    }
    return Status;
}

static NDIS_STATUS Restart(NDIS_ADAPTER *Adapter)
{
    NDIS_MINIPORT_RESTART_PARAMETERS Parameters;
    NDIS_STATUS Status;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size =
        NDIS_SIZE_THROUGH(NDIS_MINIPORT_RESTART_PARAMETERS, Flags);
    Adapter->State = NdisRestarting;
    Status = Adapter->Driver->Handlers.RestartHandler(Adapter->Context,
                                                      &Parameters);
    Status = NdisAwait(Adapter, Status);
    Adapter->State = Status == NDIS_STATUS_SUCCESS ? NdisRunning : NdisPaused;
    return Status;
}

static VOID Pause(NDIS_ADAPTER *Adapter)
{
    NDIS_MINIPORT_PAUSE_PARAMETERS Parameters;
    NDIS_STATUS Status;
    BOOLEAN IsEarly;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size = sizeof(Parameters);
    Adapter->State = NdisPausing;
    Status = Adapter->Driver->Handlers.PauseHandler(Adapter->Context,
                                                    &Parameters);
    /* Only now: a pause has to wait for lists that are indicated. */
    IsEarly = Status != NDIS_STATUS_PENDING && Adapter->Indicated;
    NdisReturnKept(Adapter);
    Status = NdisAwait(Adapter, Status);
    if (Status != NDIS_STATUS_SUCCESS || IsEarly || Adapter->Indicated) {
        NdisViolation(Adapter, "MiniportPause", (PVOID)(ULONG_PTR)
                      Adapter->Driver->Handlers.PauseHandler,
                      Status == NDIS_STATUS_SUCCESS
                      ? "was over with lists indicated" : "failed");
    }
    Adapter->State = NdisPaused;
    NdisProtocolPaused(Adapter);
}

NDIS_STATUS NdisAdapterCycle(NDIS_ADAPTER *Adapter)
{
    NDIS_STATUS Status;

    Pause(Adapter);
    if (!Silence(Adapter, NDIS_FAULT_RESTART)) {
        return Restart(Adapter);
    }
    Status = Restart(Adapter);
    NtsDeviceAnswers(Adapter->Pdo, TRUE);
    (VOID)Restart(Adapter);
    return Status;
}

/* ---- Initialize and halt ------------------------------------------------ */

/* What the driver must have given back. */
static VOID RequireNothingLeft(NDIS_ADAPTER *Adapter, ULONG Parameter,
                               const CHAR *When)
{
    if (Adapter->Interrupt) {
        NtsBugCheck(NDIS_BUG, Parameter, (ULONG_PTR)Adapter,
                    (ULONG_PTR)Adapter->Interrupt, 0,
                    "%s, the interrupt is still registered", When);
    }
    NdisSharesReclaim(Adapter);
    NdisSharedMemoryReclaim(Adapter);
}

static NDIS_STATUS Initialize(NDIS_ADAPTER *Adapter)
{
    NDIS_MINIPORT_INIT_PARAMETERS Parameters;
    NDIS_STATUS Status;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_MINIPORT_INIT_PARAMETERS;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size = sizeof(Parameters);
    Parameters.IfIndex = 1;
    if (Adapter->Translated && Adapter->Translated->Count) {
        Parameters.AllocatedResources =
            &Adapter->Translated->List[0].PartialResourceList;
    }
    Adapter->HasRegistration = FALSE;
    Adapter->HasGeneral = FALSE;
    Adapter->State = NdisInitializing;
    Status = Adapter->Driver->Handlers.InitializeHandlerEx(
        Adapter, Adapter->Driver->Context, &Parameters);
    if (Status != NDIS_STATUS_SUCCESS) {
        RequireNothingLeft(Adapter, NDIS_BUG_INITIALIZE_INTERRUPT,
                           "MiniportInitializeEx failed");
        Adapter->State = NdisHalted;
        return Status;
    }
    if (!Adapter->HasRegistration || !Adapter->HasGeneral) {
        NdisViolation(Adapter, "MiniportInitializeEx", (PVOID)(ULONG_PTR)
                      Adapter->Driver->Handlers.InitializeHandlerEx,
                      "succeeded without both kinds of attributes set");
    }
    Adapter->State = NdisPaused;
    return Status;
}

NTSTATUS NdisAdapterStart(NDIS_ADAPTER *Adapter, PCM_RESOURCE_LIST Raw,
                          PCM_RESOURCE_LIST Translated)
{
    NDIS_STATUS Status;

    Adapter->Raw = Raw;
    Adapter->Translated = Translated;
    Status = Initialize(Adapter);
    if (Status == NDIS_STATUS_SUCCESS) {
        Status = Restart(Adapter);
        if (Status == NDIS_STATUS_SUCCESS) {
            NdisOidsCheck(Adapter);
            NdisProtocolRun(Adapter);
        } else {
            NdisAdapterStop(Adapter, NdisHaltDeviceFailed);
        }
    }
    /* Valid while the request is. */
    Adapter->Raw = NULL;
    Adapter->Translated = NULL;
    return Status == NDIS_STATUS_SUCCESS ? STATUS_SUCCESS
                                         : STATUS_UNSUCCESSFUL;
}

VOID NdisAdapterStop(NDIS_ADAPTER *Adapter, NDIS_HALT_ACTION Action)
{
    if (Adapter->State == NdisHalted) {
        return;
    }
    if (Adapter->State == NdisRunning) {
        NdisProtocolStop(Adapter);
        Pause(Adapter);
    }
    Adapter->State = NdisHalting;
    Adapter->Driver->Handlers.HaltHandlerEx(Adapter->Context, Action);
    RequireNothingLeft(Adapter, NDIS_BUG_HALT_INTERRUPT,
                       "MiniportHaltEx returned");
    Adapter->State = NdisHalted;
}
