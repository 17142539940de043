/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds what: every object a driver was given and has not given back. */
#include "nt.h"

#define NTS_KIND_NAME_(Id, Name) Name,
static const CHAR *const KindNames[] = { NTS_KIND_LIST(NTS_KIND_NAME_) };
#undef NTS_KIND_NAME_

static NTS_LOCK Lock;
static LIST_ENTRY Entries = { &Entries, &Entries };
static ULONG Counts[NtsKinds];

ULONG64 NtsLock(NTS_LOCK *Lock_)
{
    ULONG64 Flags = NtsInterruptsDisable();

    while (_InterlockedExchange(Lock_, 1)) {
        YieldProcessor();
    }
    return Flags;
}

VOID NtsUnlock(NTS_LOCK *Lock_, ULONG64 Flags)
{
    _InterlockedExchange(Lock_, 0);
    NtsInterruptsRestore(Flags);
}

PVOID NtsAllocate(SIZE_T Size)
{
    PVOID Memory = pal_alloc(Size, PAL_ALLOC_ATOMIC);

    if (Memory) {
        RtlZeroMemory(Memory, Size);
    }
    return Memory;
}

VOID NtsFree(PVOID Memory, SIZE_T Size)
{
    if (Memory) {
        pal_free(Memory, Size);
    }
}

BOOLEAN NtsLedgerAdd(NTS_KIND Kind, const VOID *Object, SIZE_T Size, ULONG Tag,
                     const VOID *Caller)
{
    NTS_ENTRY *Entry = NtsAllocate(sizeof(*Entry));
    ULONG64 Flags;

    if (!Entry) {
        return FALSE;
    }
    Entry->Kind = Kind;
    Entry->Object = Object;
    Entry->Size = Size;
    Entry->Tag = Tag;
    Entry->Caller = Caller;
    Flags = NtsLock(&Lock);
    InsertHeadList(&Entries, &Entry->Link);
    Counts[Kind]++;
    NtsUnlock(&Lock, Flags);
    return TRUE;
}

/* Lock held. */
static NTS_ENTRY *LedgerSearch(NTS_KIND Kind, const VOID *Object)
{
    for (LIST_ENTRY *Link = Entries.Flink; Link != &Entries;
         Link = Link->Flink) {
        NTS_ENTRY *Entry = CONTAINING_RECORD(Link, NTS_ENTRY, Link);

        if (Entry->Kind == Kind && Entry->Object == Object) {
            return Entry;
        }
    }
    return NULL;
}

BOOLEAN NtsLedgerRemove(NTS_KIND Kind, const VOID *Object, NTS_ENTRY *Copy)
{
    ULONG64 Flags = NtsLock(&Lock);
    NTS_ENTRY *Entry = LedgerSearch(Kind, Object);

    if (Entry) {
        RemoveEntryList(&Entry->Link);
        Counts[Kind]--;
    }
    NtsUnlock(&Lock, Flags);
    if (!Entry) {
        return FALSE;
    }
    if (Copy) {
        *Copy = *Entry;
    }
    NtsFree(Entry, sizeof(*Entry));
    return TRUE;
}

BOOLEAN NtsLedgerFind(NTS_KIND Kind, const VOID *Object, NTS_ENTRY *Copy)
{
    ULONG64 Flags = NtsLock(&Lock);
    NTS_ENTRY *Entry = LedgerSearch(Kind, Object);

    if (Entry && Copy) {
        *Copy = *Entry;
    }
    NtsUnlock(&Lock, Flags);
    return Entry != NULL;
}

ULONG NtsLedgerCount(NTS_KIND Kind)
{
    ULONG Sum = 0;

    if (Kind < NtsKinds) {
        return Counts[Kind];
    }
    for (ULONG i = 0; i < NtsKinds; i++) {
        Sum += Counts[i];
    }
    return Sum;
}

/* The newest of a kind stands for all of them. */
static const NTS_ENTRY *LedgerNewest(NTS_KIND Kind)
{
    for (LIST_ENTRY *Link = Entries.Flink; Link != &Entries;
         Link = Link->Flink) {
        NTS_ENTRY *Entry = CONTAINING_RECORD(Link, NTS_ENTRY, Link);

        if (Entry->Kind == Kind) {
            return Entry;
        }
    }
    return NULL;
}

VOID NtsLedgerDescribe(CHAR *Text, SIZE_T Size)
{
    SIZE_T Used = 0;
    CHAR Where[64];

    NtsFormat(Text, Size, "nothing");
    for (ULONG i = 0; i < NtsKinds; i++) {
        const NTS_ENTRY *Entry = Counts[i] ? LedgerNewest(i) : NULL;

        if (!Entry) {
            continue;
        }
        Used += NtsFormat(Text + Used, Size - Used,
                          "%s%u %s%s (%llu bytes, by %s)", Used ? ", " : "",
                          Counts[i], KindNames[i], Counts[i] > 1 ? "s" : "",
                          (ULONGLONG)Entry->Size,
                          NtsWhere(Entry->Caller, Where, sizeof(Where)));
    }
}

VOID NtsLedgerForget(VOID)
{
    ULONG64 Flags = NtsLock(&Lock);

    while (!IsListEmpty(&Entries)) {
        NTS_ENTRY *Entry = CONTAINING_RECORD(RemoveHeadList(&Entries),
                                             NTS_ENTRY, Link);

        Counts[Entry->Kind]--;
        NtsFree(Entry, sizeof(*Entry));
    }
    NtsUnlock(&Lock, Flags);
}
