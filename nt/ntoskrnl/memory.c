/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memcpy and its kin, which compilers call and drivers import. */
#include "nt.h"

#undef memcpy
#undef memmove
#undef memset
#undef memcmp

void *memmove(void *To, const void *From, size_t Size)
{
    PUCHAR Out = To;
    const UCHAR *In = From;

    if (Out <= In || Out >= In + Size) {
        for (; Size >= 8; Size -= 8, Out += 8, In += 8) {
            *(ULONG64 UNALIGNED *)Out = *(const ULONG64 UNALIGNED *)In;
        }
        while (Size--) {
            *Out++ = *In++;
        }
    } else {
        for (; Size >= 8; Size -= 8) {
            *(ULONG64 UNALIGNED *)(Out + Size - 8) =
                *(const ULONG64 UNALIGNED *)(In + Size - 8);
        }
        while (Size--) {
            Out[Size] = In[Size];
        }
    }
    return To;
}

void *memcpy(void *To, const void *From, size_t Size)
{
    return memmove(To, From, Size);
}

void *memset(void *To, int Value, size_t Size)
{
    PUCHAR Out = To;
    ULONG64 Word = (UCHAR)Value * 0x0101010101010101ull;

    for (; Size >= 8; Size -= 8, Out += 8) {
        *(ULONG64 UNALIGNED *)Out = Word;
    }
    while (Size--) {
        *Out++ = (UCHAR)Value;
    }
    return To;
}

int memcmp(const void *Left, const void *Right, size_t Size)
{
    const UCHAR *a = Left, *b = Right;

    for (size_t i = 0; i < Size; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

#undef RtlZeroMemory
#undef RtlFillMemory
#undef RtlCopyMemory
#undef RtlMoveMemory
NTSYSAPI VOID NTAPI RtlZeroMemory(PVOID To, SIZE_T Size);
VOID NTAPI RtlZeroMemory(PVOID To, SIZE_T Size)
{
    memset(To, 0, Size);
}

NTSYSAPI VOID NTAPI RtlFillMemory(PVOID To, SIZE_T Size, UCHAR Value);
VOID NTAPI RtlFillMemory(PVOID To, SIZE_T Size, UCHAR Value)
{
    memset(To, Value, Size);
}

NTSYSAPI VOID NTAPI RtlCopyMemory(PVOID To, const VOID *From, SIZE_T Size);
VOID NTAPI RtlCopyMemory(PVOID To, const VOID *From, SIZE_T Size)
{
    memmove(To, From, Size);
}

NTSYSAPI VOID NTAPI RtlMoveMemory(PVOID To, const VOID *From, SIZE_T Size);
VOID NTAPI RtlMoveMemory(PVOID To, const VOID *From, SIZE_T Size)
{
    memmove(To, From, Size);
}

SIZE_T NTAPI RtlCompareMemory(const VOID *Left, const VOID *Right, SIZE_T Size)
{
    const UCHAR *a = Left, *b = Right;
    SIZE_T i = 0;

    while (i < Size && a[i] == b[i]) {
        i++;
    }
    return i;
}
