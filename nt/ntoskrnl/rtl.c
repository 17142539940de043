/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings, version, and looking up exports at run time. */
#include "nt.h"

enum { NAME_MAX = 64 };

typedef struct VERSION {
    ULONG Major;
    ULONG Minor;
    ULONG Build;
} VERSION;

static const VERSION *Running(VOID)
{
    /* Windows Server 2022, the first with every DMA member of this stand-in */
    static const VERSION Server2022 = { 10, 0, 20348 };
    static const VERSION Windows8 = { 6, 2, 9200 };

    return HalNtsIsWindows8() ? &Windows8 : &Server2022;
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING String, PCWSTR Source)
{
    SIZE_T Length = 0;

    while (Source && Source[Length] &&
           Length < UNICODE_STRING_MAX_CHARS - 1) {
        Length++;
    }
    String->Buffer = (PWSTR)Source;
    String->Length = (USHORT)(Length * sizeof(WCHAR));
    String->MaximumLength = Source ? String->Length + sizeof(WCHAR) : 0;
}

VOID NTAPI RtlInitAnsiString(PANSI_STRING String, PCSZ Source)
{
    SIZE_T Length = 0;

    while (Source && Source[Length] && Length < MAXUSHORT - 1) {
        Length++;
    }
    String->Buffer = (PCHAR)Source;
    String->Length = (USHORT)Length;
    String->MaximumLength = Source ? String->Length + 1 : 0;
}

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING To, PCUNICODE_STRING From)
{
    USHORT Length = From ? min(From->Length, To->MaximumLength) : 0;

    if (Length) {
        memmove(To->Buffer, From->Buffer, Length);
    }
    To->Length = Length;
    if (Length + sizeof(WCHAR) <= To->MaximumLength) {
        To->Buffer[Length / sizeof(WCHAR)] = 0;
    }
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING To, PCWSTR Source)
{
    UNICODE_STRING From;

    RtlInitUnicodeString(&From, Source);
    return RtlAppendUnicodeStringToString(To, &From);
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING To,
                                              PCUNICODE_STRING From)
{
    if (From->Length > To->MaximumLength - To->Length) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memmove((PUCHAR)To->Buffer + To->Length, From->Buffer, From->Length);
    To->Length += From->Length;
    if (To->Length + sizeof(WCHAR) <= To->MaximumLength) {
        To->Buffer[To->Length / sizeof(WCHAR)] = 0;
    }
    return STATUS_SUCCESS;
}

/* ASCII is all that names in a test system have. */
static WCHAR Upcase(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static LONG Compare(PCUNICODE_STRING Left, PCUNICODE_STRING Right,
                    BOOLEAN Fold)
{
    USHORT Length = min(Left->Length, Right->Length) / sizeof(WCHAR);

    for (USHORT i = 0; i < Length; i++) {
        WCHAR a = Left->Buffer[i], b = Right->Buffer[i];

        if (Fold) {
            a = Upcase(a);
            b = Upcase(b);
        }
        if (a != b) {
            return (LONG)a - (LONG)b;
        }
    }
    return (LONG)Left->Length - (LONG)Right->Length;
}

BOOLEAN NtsIsSameName(PCUNICODE_STRING Left, PCUNICODE_STRING Right)
{
    return !Compare(Left, Right, TRUE);
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING Left,
                                   PCUNICODE_STRING Right, BOOLEAN Fold)
{
    NTS_IRQL(PASSIVE_LEVEL);
    return Compare(Left, Right, Fold);
}

BOOLEAN NTAPI RtlEqualUnicodeString(CONST UNICODE_STRING *Left,
                                    CONST UNICODE_STRING *Right, BOOLEAN Fold)
{
    NTS_IRQL(PASSIVE_LEVEL);
    return !Compare(Left, Right, Fold);
}

static BOOLEAN IsAtLeast(const RTL_OSVERSIONINFOW *Version)
{
    return Version->dwOSVersionInfoSize >= sizeof(*Version);
}

NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW Version)
{
    ULONG Size;

    NTS_IRQL(PASSIVE_LEVEL);
    Size = Version->dwOSVersionInfoSize;
    if (!IsAtLeast(Version)) {
        return STATUS_INVALID_PARAMETER;
    }
    RtlZeroMemory(Version, min(Size, sizeof(RTL_OSVERSIONINFOEXW)));
    Version->dwOSVersionInfoSize = Size;
    Version->dwMajorVersion = Running()->Major;
    Version->dwMinorVersion = Running()->Minor;
    Version->dwBuildNumber = Running()->Build;
    Version->dwPlatformId = 2;      /* VER_PLATFORM_WIN32_NT */
    if (Size >= sizeof(RTL_OSVERSIONINFOEXW)) {
        ((PRTL_OSVERSIONINFOEXW)Version)->wProductType = VER_NT_SERVER;
    }
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI PsGetVersion(PULONG Major, PULONG Minor, PULONG Build,
                           PUNICODE_STRING ServicePack)
{
    NTS_IRQL(PASSIVE_LEVEL);
    if (Major) {
        *Major = Running()->Major;
    }
    if (Minor) {
        *Minor = Running()->Minor;
    }
    if (Build) {
        *Build = Running()->Build;
    }
    if (ServicePack) {
        RtlInitUnicodeString(ServicePack, L"");
    }
    /* not a checked build */
    return FALSE;
}

PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    CHAR Name[NAME_MAX];
    PVOID Routine;
    ULONG Length;

    NTS_IRQL(PASSIVE_LEVEL);
    Length = SystemRoutineName->Length / sizeof(WCHAR);
    if (Length >= sizeof(Name)) {
        return NULL;
    }
    for (ULONG i = 0; i < Length; i++) {
        Name[i] = (CHAR)SystemRoutineName->Buffer[i];
    }
    Name[Length] = 0;
    /* The stand-in's own names are not Windows's. */
    if (!strncmp(Name, "Nts", 3) || !strncmp(Name, "HalNts", 6)) {
        return NULL;
    }
    Routine = pal_image_export("ntoskrnl.exe", Name);
    return Routine ? Routine : pal_image_export("hal.dll", Name);
}

int strcmp(const char *Left, const char *Right)
{
    return strncmp(Left, Right, ~(size_t)0);
}

int strncmp(const char *Left, const char *Right, size_t Size)
{
    for (size_t i = 0; i < Size; i++) {
        if (Left[i] != Right[i] || !Left[i]) {
            return (UCHAR)Left[i] - (UCHAR)Right[i];
        }
    }
    return 0;
}
