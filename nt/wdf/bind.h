/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between wdfldr.sys, which clients import, and the framework itself. */
#ifndef CBX_NT_WDF_BIND_H
#define CBX_NT_WDF_BIND_H

#include "wdk.h"
#include "cbx_wdf.h"

#ifndef FXAPI
#define FXAPI
#endif

/* What WdfVersionBind and WdfVersionUnbind do for a client of KmdfLibrary. */
FXAPI NTSTATUS FxBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                      PWDF_BIND_INFO Info, PWDF_DRIVER_GLOBALS *Globals);
FXAPI NTSTATUS FxUnbind(PWDF_BIND_INFO Info, PWDF_DRIVER_GLOBALS Globals);

#endif /* CBX_NT_WDF_BIND_H */
