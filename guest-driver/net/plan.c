/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include "cbx/abi.h"

/* One byte, one page, one byte more, a ring, and more than luck finds. */
enum {
    BYTE = 1,
    PAGE = 4096,
    PAGE_AND_BYTE = 4097,
    RING = 64 * 1024,
    LARGE = MEMORY_LENGTH_MAX,
};

#define ROW_(api, length, ...) \
    { .Api = CBX_API_##api, .Length = length, ##__VA_ARGS__ }
#define SHARED(...)   ROW_(NDIS_M_ALLOCATE_SHARED, __VA_ARGS__)
#define ASYNC(...)    ROW_(NDIS_M_ALLOCATE_SHARED_ASYNC, __VA_ARGS__)
#define CLIENT(usage, ...) \
    ROW_(NDIS_ALLOCATE_SHARED, __VA_ARGS__, \
         .Usage = NdisSharedMemoryUsage##usage)
#define PROVIDER(usage, ...) \
    ROW_(NET_ALLOCATE_SHARED, __VA_ARGS__, \
         .Usage = NdisSharedMemoryUsage##usage)

const CBX_NET_REQUEST Plan[] = {
    SHARED(PAGE_AND_BYTE),
    SHARED(RING, .Uncached = TRUE),
    SHARED(BYTE, .Wide = TRUE),
    SHARED(PAGE, .Wide = TRUE),
    SHARED(PAGE_AND_BYTE, .Wide = TRUE),
    SHARED(RING, .Wide = TRUE),
    SHARED(LARGE, .Wide = TRUE),
    SHARED(RING, .Wide = TRUE, .Uncached = TRUE),

    ASYNC(RING),
    ASYNC(BYTE, .Wide = TRUE),
    ASYNC(PAGE, .Wide = TRUE, .Uncached = TRUE),
    ASYNC(PAGE_AND_BYTE, .Wide = TRUE),
    ASYNC(RING, .Wide = TRUE),

    CLIENT(Receive, PAGE_AND_BYTE),
    CLIENT(Receive, RING, .Contiguous = TRUE),
    CLIENT(Other, BYTE, .Wide = TRUE, .Contiguous = TRUE),
    CLIENT(Xmit, PAGE, .Wide = TRUE),
    CLIENT(ReceiveData, PAGE_AND_BYTE, .Wide = TRUE),
    CLIENT(Receive, RING, .Wide = TRUE),
    CLIENT(Receive, RING, .Wide = TRUE, .Contiguous = TRUE),

    PROVIDER(Receive, RING),
    PROVIDER(XmitHeader, BYTE, .Wide = TRUE),
    PROVIDER(Receive, PAGE_AND_BYTE, .Wide = TRUE),
    PROVIDER(Receive, RING, .Wide = TRUE, .Contiguous = TRUE),
    PROVIDER(ReceiveLookahead, PAGE, .Wide = TRUE, .Node = 1),
};

const ULONG PlanLength = ARRAYSIZE(Plan);
