/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The function table, with KMDF's numbers. A function that nobody has written
 * yet stops the guest with its name and index.
 */
#include "names.h"
#include "wdf.h"

WDFFUNC FxTable[WDF_FUNCTIONS_MAX];

/* One calling convention: a function without parameters serves all. */
#define MISSING_(Index, Name) \
    static VOID NTAPI Missing##Index(VOID) \
    { \
        FxNotProvided("Wdf" #Name " (function " #Index ")", \
                      __builtin_return_address(0)); \
    }
WDF_NAME_LIST(MISSING_)
#undef MISSING_

/* Both lists number a function alike, or it does not compile. */
#define NUMBER_(Index, Name) enum { Number##Name = Index };
WDF_NAME_LIST(NUMBER_)
#undef NUMBER_
#define SAME_(Index, Result, Name, Parameters, Arguments) \
    C_ASSERT((int)Number##Name == (int)WdfIndex##Name);
WDF_DDI_LIST(SAME_)
#undef SAME_

VOID FxTableInitialize(VOID)
{
#define SET_MISSING_(Index, Name) FxTable[Index] = Missing##Index;
    WDF_NAME_LIST(SET_MISSING_)
#undef SET_MISSING_
#define SET_(Index, Result, Name, Parameters, Arguments) \
    FxTable[Index] = (WDFFUNC)(ULONG_PTR)Wdf##Name;
    WDF_DDI_LIST(SET_)
#undef SET_
}
