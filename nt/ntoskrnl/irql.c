/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IRQL and the current thread, where the headers have no inlines: arm64. */
#include "nt.h"

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return (KIRQL)NtsProcessor()->irql;
}

KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql)
{
    KIRQL Irql = KeGetCurrentIrql();

    NtsProcessor()->irql = NewIrql;
    return Irql;
}

VOID NTAPI KeLowerIrql(KIRQL NewIrql)
{
    NtsProcessor()->irql = NewIrql;
}

PKTHREAD NTAPI KeGetCurrentThread(VOID)
{
    return NtsProcessor()->thread;
}
