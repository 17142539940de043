/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry point: the platform calls it once and gets a status back. */
#include "nt.h"

ULONG NtsProcessors;
ULONG NtsNodes;
void *NtsDevice;
const char *NtsParameters;
ULONG NtsControlCode;

uint32_t NtsStartup(const struct pal_boot *Boot);
uint32_t NtsStartup(const struct pal_boot *Boot)
{
    if (Boot->size != sizeof(*Boot)) {
        pal_panic("bad-image", "ntoskrnl.exe and cbx_nt.ko are of different "
                  "builds");
    }
    NtsProcessors = Boot->processors;
    NtsNodes = Boot->nodes;
    NtsParameters = Boot->parameters;
    NtsControlCode = Boot->ioctl;
    NtsBugCheckStart(Boot);
    NtsThreadStart(Boot->thread);
    NtsDispatcherStart();
    HalNtsStart(Boot);
    return NtsPnpRun(Boot);
}
