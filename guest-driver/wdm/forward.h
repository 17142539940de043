/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_FORWARD_H
#define CBX_WDM_FORWARD_H

#include "extension.h"

/* Hands the request to the drivers below; it is then no longer ours. */
NTSTATUS ForwardRequest(_In_ CBX_EXTENSION *Extension, _Inout_ IRP *Irp);

/* The same, and waits until they are done: the request is ours again. */
_IRQL_requires_max_(APC_LEVEL)
NTSTATUS ForwardAndWait(_In_ CBX_EXTENSION *Extension, _Inout_ IRP *Irp);

#endif /* CBX_WDM_FORWARD_H */
