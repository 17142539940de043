/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cbx_nt.ioctl=CODE asks of wdftest.sys. */
#include "wdftest.h"

#define CONTROL(Number) \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (Number), METHOD_BUFFERED, \
             FILE_ANY_ACCESS)

enum {
    CONTROL_ANSWER = CONTROL(0),
    CONTROL_FORWARD = CONTROL(1),
    CONTROL_TWICE = CONTROL(2),
    CONTROL_NOT_OWNED = CONTROL(3),
};

static NTSTATUS AnswerWith(WDFREQUEST Request, const CHAR *Word, SIZE_T Length)
{
    WDF_REQUEST_PARAMETERS Parameters = { .Size = sizeof(Parameters) };
    PVOID Buffer;
    SIZE_T Size;

    WdfRequestGetParameters(Request, &Parameters);
    REQUIRE(Parameters.Type == WdfRequestTypeDeviceControl);
    REQUIRE(WdfRequestRetrieveInputBuffer(Request, 1, &Buffer, NULL) ==
            STATUS_BUFFER_TOO_SMALL);
    REQUIRE(WdfRequestRetrieveOutputBuffer(Request, MAXULONG, &Buffer, NULL) ==
            STATUS_BUFFER_TOO_SMALL);
    REQUIRE(WdfRequestRetrieveOutputBuffer(Request, Length, &Buffer, &Size) ==
            STATUS_SUCCESS);
    REQUIRE(Size ==
            Parameters.Parameters.DeviceIoControl.OutputBufferLength);
    RtlCopyMemory(Buffer, Word, Length);
    WdfRequestSetInformation(Request, Length);
    REQUIRE(WdfRequestGetInformation(Request) == Length);
    return STATUS_SUCCESS;
}

/* Through the manual queue, from which it is fetched again. */
static VOID Forward(TEST_DEVICE *Device, WDFREQUEST Request)
{
    WDFREQUEST Other = NULL;
    NTSTATUS Status;

    Status = WdfRequestForwardToIoQueue(Request, Device->Manual);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
        return;
    }
    Status = WdfIoQueueRetrieveNextRequest(Device->Manual, &Other);
    if (NT_SUCCESS(Status)) {
        Status = Other == Request &&
                 WdfRequestGetIoQueue(Other) == Device->Manual &&
                 WdfIoQueueRetrieveNextRequest(Device->Manual, &Other) ==
                     STATUS_NO_MORE_ENTRIES
                 ? AnswerWith(Request, "forward", 7) : STATUS_UNSUCCESSFUL;
        WdfRequestComplete(Request, Status);
    }
}

static VOID NTAPI IoDeviceControl(WDFQUEUE Queue, WDFREQUEST Request,
                                  SIZE_T OutputLength, SIZE_T InputLength,
                                  ULONG Code)
{
    TEST_DEVICE *Device = TestDevice(WdfIoQueueGetDevice(Queue));

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    switch (Code) {
    case CONTROL_ANSWER:
        WdfRequestComplete(Request, AnswerWith(Request, "queue", 5));
        break;
    case CONTROL_FORWARD:
        Forward(Device, Request);
        break;
    case CONTROL_TWICE:
        WdfRequestComplete(Request, STATUS_SUCCESS);
        WdfRequestComplete(Request, STATUS_SUCCESS);
        break;
    case CONTROL_NOT_OWNED:
        if (NT_SUCCESS(WdfRequestForwardToIoQueue(Request, Device->Manual))) {
            WdfRequestComplete(Request, STATUS_SUCCESS);
        }
        break;
    default:
        WdfRequestCompleteWithInformation(Request, STATUS_NOT_SUPPORTED, 0);
        break;
    }
}

NTSTATUS QueuesCreate(TEST_DEVICE *Device)
{
    WDF_IO_QUEUE_CONFIG Config = {
        .Size = sizeof(Config),
        .DispatchType = WdfIoQueueDispatchSequential,
        .PowerManaged = WdfUseDefault,
        .DefaultQueue = TRUE,
    };
    WDFQUEUE Default, Second;

    REQUIRE(!WdfDeviceGetDefaultQueue(Device->Handle));
    REQUIRE(WdfIoQueueCreate(Device->Handle, &Config, NULL, &Default) ==
            STATUS_INVALID_PARAMETER);
    Config.EvtIoDeviceControl = IoDeviceControl;
    REQUIRE(WdfIoQueueCreate(Device->Handle, &Config, NULL, &Default) ==
            STATUS_SUCCESS);
    REQUIRE(WdfDeviceGetDefaultQueue(Device->Handle) == Default);
    REQUIRE(!NT_SUCCESS(WdfIoQueueCreate(Device->Handle, &Config, NULL,
                                         &Second)));
    REQUIRE(WdfDeviceConfigureRequestDispatching(
                Device->Handle, Default, WdfRequestTypeDeviceControl) ==
            STATUS_SUCCESS);
    Config.DefaultQueue = FALSE;
    Config.DispatchType = WdfIoQueueDispatchManual;
    Config.EvtIoDeviceControl = NULL;
    return WdfIoQueueCreate(Device->Handle, &Config, NULL, &Device->Manual);
}
