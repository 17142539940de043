/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A driver's life as the PnP manager leads it, and what must be left of it. */
#include "report.h"

enum { SEEN_MAX = 320 };

static const CHAR SourceUnload[] =
    "Windows driver documentation, DRIVER_UNLOAD and IRP_MN_REMOVE_DEVICE";
static const CHAR SourceStart[] =
    "Windows driver documentation, IRP_MN_START_DEVICE";

NTSTATUS NtsPnpSend(PDEVICE_OBJECT Pdo, UCHAR Minor, NTS_PNP_SETUP *Setup,
                    PVOID Context)
{
    PDEVICE_OBJECT Top = NtsDeviceTop(Pdo);
    PIO_STACK_LOCATION Stack;
    IO_STATUS_BLOCK Iosb;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = NtsIrpBuild(IRP_MJ_PNP, Top, &Event, &Iosb);
    if (!Irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    /* The documented initial status of every PnP request. */
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = Minor;
    if (Setup) {
        Setup(Stack, Context);
    }
    return NtsIrpSend(Top, Irp, &Event, &Iosb);
}

/* ---- Start and removal -------------------------------------------------- */

typedef struct _RESOURCES {
    PCM_RESOURCE_LIST Raw, Translated;
} RESOURCES;

static VOID SetupStart(PIO_STACK_LOCATION Stack, PVOID Context)
{
    RESOURCES *Resources = Context;

    Stack->Parameters.StartDevice.AllocatedResources = Resources->Raw;
    Stack->Parameters.StartDevice.AllocatedResourcesTranslated =
        Resources->Translated;
}

static VOID SetupCapabilities(PIO_STACK_LOCATION Stack, PVOID Context)
{
    PDEVICE_CAPABILITIES Capabilities = Context;

    RtlZeroMemory(Capabilities, sizeof(*Capabilities));
    Capabilities->Size = sizeof(*Capabilities);
    Capabilities->Version = 1;
    Capabilities->Address = MAXULONG;
    Capabilities->UINumber = MAXULONG;
    Stack->Parameters.DeviceCapabilities.Capabilities = Capabilities;
}

static VOID SetupRelations(PIO_STACK_LOCATION Stack, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Stack->Parameters.QueryDeviceRelations.Type = BusRelations;
}

static NTSTATUS Start(PDEVICE_OBJECT Pdo)
{
    DEVICE_CAPABILITIES Capabilities;
    RESOURCES Resources;
    NTSTATUS Status;

    NtsPnpSend(Pdo, IRP_MN_QUERY_CAPABILITIES, SetupCapabilities,
               &Capabilities);
    Status = NtsResourcesCreate(NtsPdo(Pdo), &Resources.Raw,
                                &Resources.Translated);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = NtsPnpSend(Pdo, IRP_MN_START_DEVICE, SetupStart, &Resources);
    ExFreePoolWithTag(Resources.Raw, 0);
    ExFreePoolWithTag(Resources.Translated, 0);
    if (NT_SUCCESS(Status)) {
        NtsPnpSend(Pdo, IRP_MN_QUERY_PNP_DEVICE_STATE, NULL, NULL);
        NtsPnpSend(Pdo, IRP_MN_QUERY_DEVICE_RELATIONS, SetupRelations, NULL);
    }
    return Status;
}

/* Sends a request that the driver is to agree to. */
static NTSTATUS Ask(PDEVICE_OBJECT Pdo, UCHAR Minor, const CHAR *Check,
                    const CHAR *Source)
{
    NTSTATUS Status = NtsPnpSend(Pdo, Minor, NULL, NULL);
    CHAR Seen[SEEN_MAX];

    NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status);
    ReportResult(Check, NT_SUCCESS(Status), "0x00000000", Seen, Source);
    return Status;
}

/* ---- What may happen to a started device -------------------------------- */

static VOID Orderly(PDEVICE_OBJECT Pdo)
{
    Ask(Pdo, IRP_MN_QUERY_REMOVE_DEVICE, "removal-agreed",
        "Windows driver documentation, IRP_MN_QUERY_REMOVE_DEVICE");
}

/* Pulled out: the driver hears of it when the device is gone. */
static VOID Surprise(PDEVICE_OBJECT Pdo)
{
    Ask(Pdo, IRP_MN_SURPRISE_REMOVAL, "surprise-removal",
        "Windows driver documentation, IRP_MN_SURPRISE_REMOVAL");
}

/* Stopped and started again, as if its resources had to move. */
static VOID Rebalance(PDEVICE_OBJECT Pdo)
{
    static const CHAR Source[] =
        "Windows driver documentation, Stopping a device to rebalance "
        "resources";
    NTSTATUS Status;
    CHAR Seen[SEEN_MAX];

    if (NT_SUCCESS(Ask(Pdo, IRP_MN_QUERY_STOP_DEVICE, "stop-agreed", Source))) {
        Ask(Pdo, IRP_MN_STOP_DEVICE, "stopped", Source);
        Status = Start(Pdo);
        NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status);
        ReportResult("restarted", NT_SUCCESS(Status), "0x00000000", Seen,
                     Source);
    }
    Orderly(Pdo);
}

/* A program uses the driver. */
static VOID Program(PDEVICE_OBJECT Pdo)
{
    NtsProgram(Pdo);
    Orderly(Pdo);
}

/* Asleep and awake again. */
static VOID Power(PDEVICE_OBJECT Pdo)
{
    NtsPowerCycle(Pdo, NULL, NULL);
    Orderly(Pdo);
}

typedef VOID COURSE(PDEVICE_OBJECT Pdo);

static const struct {
    const CHAR *Name;
    COURSE *Happen;
} Courses[] = {
    { "orderly", Orderly },
    { "surprise", Surprise },
    { "rebalance", Rebalance },
    { "program", Program },
    { "power", Power },
};

static COURSE *FindCourse(const CHAR *Name)
{
    CHAR Text[128];

    for (ULONG i = 0; i < RTL_NUMBER_OF(Courses); i++) {
        if (!strcmp(Courses[i].Name, Name)) {
            return Courses[i].Happen;
        }
    }
    NtsFormat(Text, sizeof(Text), "cbx_nt.pnp=%s: it must be orderly, "
              "surprise, rebalance, program or power", Name);
    pal_panic("unknown-pnp", Text);
    return NULL;
}

/* ---- Unloading ---------------------------------------------------------- */

/* What would call into the image when it is gone. */
static VOID RequireQuiet(const struct pal_image *Image)
{
    ULONG Dpcs, Timers;

    KeFlushQueuedDpcs();
    /* A work item keeps its driver loaded until its routine has returned. */
    NtsWorkItemsFlush();
    Dpcs = NtsDpcCountIn(Image->base, Image->size);
    Timers = NtsTimerCountIn(Image->base, Image->size);
    if (Dpcs || Timers) {
        NtsBugCheck(0x000000ce, (ULONG_PTR)Image->base, Dpcs, Timers, 0,
                    "%s was unloaded with %u DPCs queued and %u timers set",
                    Image->name, Dpcs, Timers);
    }
}

static VOID CheckReturned(VOID)
{
    /* All kinds at once, which is too much for a stack. */
    static CHAR Seen[4 * SEEN_MAX];

    NtsLedgerDescribe(Seen, sizeof(Seen));
    ReportResult("everything-returned", !NtsLedgerCount(NtsKinds), "nothing",
                 Seen, SourceUnload);
}

/* "cbxwdm.sys" -> L"<prefix>cbxwdm" */
static VOID ServiceName(const CHAR *Prefix, const CHAR *Image, WCHAR *Name)
{
    ULONG n = 0;

    while (*Prefix) {
        Name[n++] = *Prefix++;
    }
    while (*Image && *Image != '.') {
        Name[n++] = *Image++;
    }
    Name[n] = 0;
}

static NTSTATUS Load(const struct pal_image *Image, PDRIVER_OBJECT *Driver)
{
    DRIVER_INITIALIZE *Entry = (DRIVER_INITIALIZE *)(ULONG_PTR)Image->entry;
    UNICODE_STRING RegistryPath;
    WCHAR Name[128];
    NTSTATUS Status;

    ServiceName("\\Driver\\", Image->name, Name);
    Status = NtsDriverCreate(Name, Driver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    (*Driver)->DriverStart = Image->base;
    (*Driver)->DriverSize = (ULONG)Image->size;
    (*Driver)->DriverInit = Entry;
    ServiceName("\\Registry\\Machine\\System\\CurrentControlSet\\Services\\",
                Image->name, Name);
    RtlInitUnicodeString(&RegistryPath, Name);
    Status = Entry(*Driver, &RegistryPath);
    if (NT_SUCCESS(Status)) {
        pal_image_discard(Image->base);
    }
    return Status;
}

static VOID Unload(const struct pal_image *Image, PDRIVER_OBJECT Driver)
{
    if (Driver->DriverUnload) {
        Driver->DriverUnload(Driver);
    } else {
        ReportResult("unloadable", FALSE, "a DriverUnload routine", "none",
                     SourceUnload);
    }
    RequireQuiet(Image);
}

static NTSTATUS AddAndStart(PDEVICE_OBJECT Pdo, PDRIVER_OBJECT Driver,
                            BOOLEAN IsVideo, COURSE *Course)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    CHAR Seen[SEEN_MAX];

    if (Driver->DriverExtension->AddDevice) {
        Status = Driver->DriverExtension->AddDevice(Driver, Pdo);
    }
    if (NT_SUCCESS(Status)) {
        Status = Start(Pdo);
    }
    NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status);
    ReportResult("driver-started", NT_SUCCESS(Status), "0x00000000", Seen,
                 SourceStart);
    if (NtsDeviceTop(Pdo) != Pdo) {
        if (NT_SUCCESS(Status)) {
            if (IsVideo) {
                NtsDisplay(Pdo);
            }
            if (NtsControlCode) {
                NtsControl(Pdo, Driver, NtsControlCode);
            }
            Course(Pdo);
        }
        NtsPnpSend(Pdo, IRP_MN_REMOVE_DEVICE, NULL, NULL);
    }
    return Status;
}

static NTSTATUS Run(const struct pal_image *Image, PVOID Device,
                    COURSE *Course)
{
    PDRIVER_OBJECT Driver;
    PDEVICE_OBJECT Pdo;
    NTSTATUS Status;
    CHAR Seen[SEEN_MAX];

    NtsDevice = Device;
    pal_report_through(Device);
    /* The video port connects the line and nothing else. */
    Status = NtsPdoCreate(Device, !Image->video, &Pdo);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = Load(Image, &Driver);
    if (NT_SUCCESS(Status)) {
        Status = AddAndStart(Pdo, Driver, Image->video, Course);
        Unload(Image, Driver);
    } else {
        NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status);
        ReportResult("driver-loaded", FALSE, "0x00000000", Seen,
                     "Windows driver documentation, DRIVER_INITIALIZE");
    }
    ReportFindings();
    CheckReturned();
    pal_image_unload(Image->base);
    NtsDriverDelete(Driver);
    NtsPdoDelete(Pdo);
    ReportEnd();
    return Status;
}

NTSTATUS NtsPnpRun(const struct pal_boot *Boot)
{
    COURSE *Course = FindCourse(Boot->pnp);
    NTSTATUS Worst = STATUS_SUCCESS;

    for (ULONG i = 0; i < Boot->drivers; i++) {
        NTSTATUS Status = Run(&Boot->image[Boot->driver[i].image],
                              Boot->driver[i].device, Course);

        if (NT_SUCCESS(Worst)) {
            Worst = Status;
        }
        /* What this one has left is not the next one's. */
        NtsLedgerForget();
    }
    return Worst;
}
