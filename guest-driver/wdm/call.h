/* SPDX-License-Identifier: MIT */
/* Inside the calls: what each of them has to provide. */
#ifndef CBX_WDM_CALL_H
#define CBX_WDM_CALL_H

#include "calls.h"
#include "cbx/abi.h"

typedef struct _CBX_CALL {
    ULONG Api;
    BOOLEAN (*IsOffered)(const CBX_DMA_OPERATIONS *Operations);
    BOOLEAN (*Allocate)(CBX_ALLOCATION *Allocation);
    VOID (*Free)(CBX_ALLOCATION *Allocation, CBX_CALL_FREED *Freed,
                 PVOID Context);
} CBX_CALL;

/* Notes down what a call returned for an element. */
VOID CallSetBuffer(_Inout_ CBX_ALLOCATION *Allocation, _In_ ULONG Element,
                   _In_opt_ PVOID Va, _In_ PHYSICAL_ADDRESS Logical);

/* FreeCommonBuffer, with the arguments that belong to the request. */
VOID CallFreeCommon(_Inout_ CBX_ALLOCATION *Allocation,
                    _In_ CBX_CALL_FREED *Freed, _In_ PVOID Context);

extern const CBX_CALL CallDomain;
extern const CBX_CALL CallFromMdl;
extern const CBX_CALL CallHal;
extern const CBX_CALL CallWithBounds;

#endif /* CBX_WDM_CALL_H */
