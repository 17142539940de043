/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include "cbx/abi.h"

/* As in the plan of cbxwdm.sys: odd ones, a ring's, and a large one. */
enum {
    BYTE = 1,
    PAGE = 4096,
    PAGE_AND_BYTE = 4097,
    RING = 64 * 1024,
    LARGE = 1024 * 1024,
};

#define CREATE(kind, length, ...) \
    { .Api = CBX_API_WDF_COMMON_BUFFER_CREATE, .Enabler = Enabler##kind, \
      .Length = length, ##__VA_ARGS__ }
#define WITH_CONFIG(kind, length, mask, ...) \
    { .Api = CBX_API_WDF_COMMON_BUFFER_CREATE_CFG, .Enabler = Enabler##kind, \
      .Length = length, .Mask = mask, ##__VA_ARGS__ }

const CBX_WDF_REQUEST Plan[] = {
    CREATE(ScatterGather64, BYTE),
    CREATE(ScatterGather64, PAGE),
    CREATE(ScatterGather64, PAGE_AND_BYTE, .Deletion = DeleteParent),
    CREATE(ScatterGather64, RING, .Deletion = DeleteAtDispatch),
    CREATE(ScatterGather64, LARGE),
    CREATE(ScatterGather, PAGE_AND_BYTE),
    CREATE(Packet, RING),
    CREATE(Packet64, PAGE),
    CREATE(Duplex, RING),
    CREATE(Duplex64, PAGE_AND_BYTE, .Deletion = DeleteParent),
    CREATE(Version2, PAGE),
    CREATE(Version3, RING),
    CREATE(Width24, BYTE),
    CREATE(Width32, RING),
    CREATE(Width40, PAGE_AND_BYTE),
    CREATE(ScatterGather64, PAGE, .DeviceMask = 0x1ff),
    CREATE(ScatterGather64, PAGE_AND_BYTE, .DeviceMask = 0x3fff),

    WITH_CONFIG(ScatterGather64, BYTE, 0),
    WITH_CONFIG(ScatterGather64, PAGE, 0x3),
    WITH_CONFIG(Packet64, PAGE_AND_BYTE, 0x1ff),
    WITH_CONFIG(ScatterGather64, PAGE, 0xfff),
    WITH_CONFIG(ScatterGather64, PAGE, 0x1fff),
    WITH_CONFIG(ScatterGather, BYTE, 0x3fff, .Deletion = DeleteParent),
    WITH_CONFIG(Packet, PAGE_AND_BYTE, 0x7fff),
    WITH_CONFIG(Duplex64, RING, 0xffff),
    WITH_CONFIG(Version3, LARGE, 0xffff),
    WITH_CONFIG(Width24, PAGE, 0x3fff, .Deletion = DeleteAtDispatch),
    WITH_CONFIG(Width32, PAGE, 0xffff),
    /* The request's own mask counts, not the device's. */
    WITH_CONFIG(ScatterGather64, PAGE, 0x1fff, .DeviceMask = 0x7),
};

const ULONG PlanLength = ARRAYSIZE(Plan);
