/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's printf: %c %C %s %S %ws %hs %wZ %Z %d %i %u %x %X %o %p with
 * width, precision, '-', '0', '#', and h, l, ll, I64, I32, I, w.
 */
#include "format.h"

typedef struct _SINK {
    CHAR *Text;
    SIZE_T Size, Used;
} SINK;

typedef struct _SPEC {
    BOOLEAN Left, Zero, Alternate, Wide, Narrow, Long64;
    LONG Width, Precision;
} SPEC;

static VOID Put(SINK *Sink, CHAR c)
{
    if (Sink->Used + 1 < Sink->Size) {
        Sink->Text[Sink->Used++] = c;
    }
}

static VOID PutPadded(SINK *Sink, const SPEC *Spec, const CHAR *Text,
                      LONG Length)
{
    for (LONG i = Length; !Spec->Left && i < Spec->Width; i++) {
        Put(Sink, ' ');
    }
    for (LONG i = 0; i < Length; i++) {
        Put(Sink, Text[i]);
    }
    for (LONG i = Length; Spec->Left && i < Spec->Width; i++) {
        Put(Sink, ' ');
    }
}

static VOID PutNumber(SINK *Sink, const SPEC *Spec, ULONGLONG Value,
                      BOOLEAN Negative, ULONG Base, BOOLEAN Upper)
{
    const CHAR *Digits = Upper ? "0123456789ABCDEF" : "0123456789abcdef";
    CHAR Text[72];
    LONG At = sizeof(Text), Least = Spec->Precision;
    SPEC Plain = *Spec;

    if (Least < 0) {
        Least = Spec->Zero && !Spec->Left ? Spec->Width - Negative : 1;
    }
    if (Least > 64) {
        Least = 64;
    }
    while (Value || (LONG)sizeof(Text) - At < Least) {
        Text[--At] = Digits[Value % Base];
        Value /= Base;
    }
    if (Spec->Alternate && Base == 16) {
        Text[--At] = Upper ? 'X' : 'x';
        Text[--At] = '0';
    }
    if (Negative) {
        Text[--At] = '-';
    }
    PutPadded(Sink, &Plain, Text + At, (LONG)sizeof(Text) - At);
}

static VOID PutString(SINK *Sink, const SPEC *Spec, const CHAR *Text)
{
    LONG Length = 0;

    if (!Text) {
        Text = "(null)";
    }
    while ((Spec->Precision < 0 || Length < Spec->Precision) && Text[Length]) {
        Length++;
    }
    PutPadded(Sink, Spec, Text, Length);
}

static VOID PutWide(SINK *Sink, const SPEC *Spec, const WCHAR *Text,
                    LONG Length)
{
    for (LONG i = Length; !Spec->Left && i < Spec->Width; i++) {
        Put(Sink, ' ');
    }
    for (LONG i = 0; i < Length; i++) {
        Put(Sink, Text[i] < 0x80 ? (CHAR)Text[i] : '?');
    }
    for (LONG i = Length; Spec->Left && i < Spec->Width; i++) {
        Put(Sink, ' ');
    }
}

static VOID PutWideString(SINK *Sink, const SPEC *Spec, const WCHAR *Text)
{
    LONG Length = 0;

    if (!Text) {
        PutString(Sink, Spec, NULL);
        return;
    }
    while ((Spec->Precision < 0 || Length < Spec->Precision) && Text[Length]) {
        Length++;
    }
    PutWide(Sink, Spec, Text, Length);
}

static const CHAR *ParseNumber(const CHAR *p, LONG *Value, va_list *Args)
{
    if (*p == '*') {
        *Value = va_arg(*Args, int);
        return p + 1;
    }
    *Value = 0;
    while (*p >= '0' && *p <= '9' && *Value < 1000) {
        *Value = *Value * 10 + (*p++ - '0');
    }
    return p;
}

static const CHAR *ParseSpec(const CHAR *p, SPEC *Spec, va_list *Args)
{
    RtlZeroMemory(Spec, sizeof(*Spec));
    Spec->Precision = -1;
    for (;; p++) {
        if (*p == '-') {
            Spec->Left = TRUE;
        } else if (*p == '0') {
            Spec->Zero = TRUE;
        } else if (*p == '#') {
            Spec->Alternate = TRUE;
        } else if (*p != '+' && *p != ' ') {
            break;
        }
    }
    p = ParseNumber(p, &Spec->Width, Args);
    if (*p == '.') {
        p = ParseNumber(p + 1, &Spec->Precision, Args);
    }
    for (;;) {
        if (p[0] == 'I' && p[1] == '6' && p[2] == '4') {
            Spec->Long64 = TRUE;
            p += 3;
        } else if (p[0] == 'I' && p[1] == '3' && p[2] == '2') {
            p += 3;
        } else if (p[0] == 'l' && p[1] == 'l') {
            Spec->Long64 = TRUE;
            p += 2;
        } else if (*p == 'I' || *p == 'z') {
            Spec->Long64 = TRUE;
            p++;
        } else if (*p == 'l' || *p == 'w') {
            Spec->Wide = TRUE;
            p++;
        } else if (*p == 'h') {
            Spec->Narrow = TRUE;
            p++;
        } else {
            return p;
        }
    }
}

static VOID PutCounted(SINK *Sink, const SPEC *Spec, PVOID Pointer)
{
    if (Spec->Wide) {
        UNICODE_STRING *String = Pointer;

        PutWide(Sink, Spec, String ? String->Buffer : NULL,
                String && String->Buffer ? String->Length / 2 : 0);
    } else {
        ANSI_STRING *String = Pointer;
        SPEC Exact = *Spec;

        Exact.Precision = String ? String->Length : 0;
        PutString(Sink, &Exact, String && String->Buffer ? String->Buffer : "");
    }
}

static VOID PutConversion(SINK *Sink, CHAR c, SPEC *Spec, va_list *Args)
{
    LONGLONG Signed;
    CHAR One;

    switch (c) {
    case 'd':
    case 'i':
        Signed = Spec->Long64 ? va_arg(*Args, LONGLONG) : va_arg(*Args, int);
        PutNumber(Sink, Spec,
                  Signed < 0 ? 0 - (ULONGLONG)Signed : (ULONGLONG)Signed,
                  Signed < 0, 10, FALSE);
        break;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        PutNumber(Sink, Spec,
                  Spec->Long64 ? va_arg(*Args, ULONGLONG)
                               : va_arg(*Args, unsigned),
                  FALSE, c == 'u' ? 10 : c == 'o' ? 8 : 16, c == 'X');
        break;
    case 'p':
        Spec->Precision = 16;
        PutNumber(Sink, Spec, va_arg(*Args, ULONGLONG), FALSE, 16, TRUE);
        break;
    case 'c':
    case 'C':
        One = (CHAR)va_arg(*Args, int);
        PutPadded(Sink, Spec, &One, 1);
        break;
    case 's':
    case 'S':
        if (Spec->Wide || (c == 'S' && !Spec->Narrow)) {
            PutWideString(Sink, Spec, va_arg(*Args, const WCHAR *));
        } else {
            PutString(Sink, Spec, va_arg(*Args, const CHAR *));
        }
        break;
    case 'Z':
        PutCounted(Sink, Spec, va_arg(*Args, PVOID));
        break;
    default:
        Put(Sink, '%');
        Put(Sink, c);
        break;
    }
}

SIZE_T NtsFormatV(CHAR *Text, SIZE_T Size, const CHAR *Format, va_list Args)
{
    SINK Sink = { Text, Size, 0 };
    va_list Copy;

    va_copy(Copy, Args);
    for (const CHAR *p = Format; *p; p++) {
        SPEC Spec;

        if (*p != '%') {
            Put(&Sink, *p);
            continue;
        }
        if (p[1] == '%') {
            Put(&Sink, *++p);
            continue;
        }
        p = ParseSpec(p + 1, &Spec, &Copy);
        if (!*p) {
            break;
        }
        PutConversion(&Sink, *p, &Spec, &Copy);
    }
    va_end(Copy);
    if (Size) {
        Text[Sink.Used] = 0;
    }
    return Sink.Used;
}

SIZE_T NtsFormat(CHAR *Text, SIZE_T Size, const CHAR *Format, ...)
{
    va_list Args;
    SIZE_T Length;

    va_start(Args, Format);
    Length = NtsFormatV(Text, Size, Format, Args);
    va_end(Args);
    return Length;
}
