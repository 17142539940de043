/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bare.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define GIB             G_GUINT64_CONSTANT(0x40000000)
#define SLOT            4u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_CPU_ON     0xc4000003u

typedef struct Arch {
    const char *name;           /* how the emulator's name ends */
    const char *machine;
    const char *noncoherent;    /* machine's option for cca=off */
    guint64 ram;
    guint64 registers;          /* where the program puts BAR 0 */
    guint64 memory;             /* and BAR 2 */
    guint64 code;               /* address of its first byte */
    guint64 uncached;           /* added to an address */
    int exit_status;
    void (*start)(Bare *b);
    void (*end)(Bare *b);
    void (*configure)(Bare *b, guint32 offset, guint32 value);
    void (*store)(Bare *b, guint64 address, guint32 value);
    void (*copy)(Bare *b, guint64 from, guint64 to);
    void (*maintain)(Bare *b, guint32 code, guint64 address, gboolean all);
    void (*second_begin)(Bare *b);
    void (*second_end)(Bare *b);
    void (*wait)(Bare *b, guint64 address, guint32 value);
    void (*loop_begin)(Bare *b, guint32 count);
    void (*loop_end)(Bare *b);
    void (*loop_until)(Bare *b, guint64 address);
    void (*store_round)(Bare *b, guint64 address);
    void (*check_round)(Bare *b, guint64 address);
    void (*store_verdict)(Bare *b, guint64 address);
    guint32 ops[BARE_OPS];      /* instruction; 0: none */
} Arch;

struct Bare {
    const Arch *arch;
    const char *emulator;
    char *options;
    GByteArray *code;
    guint loop;                 /* where its body begins */
    guint second;               /* branch to be directed to the second's code */
    guint behind;               /* and past it */
    guint32 *ram;
};

static void emit(Bare *b, const void *bytes, gsize length)
{
    g_byte_array_append(b->code, bytes, (guint)length);
}

/* ---- Arm --------------------------------------------------------------- */

/* Registers; x0 to x3 go to PSCI. */
enum { BASE = 1, ENTRY = 2, VALUE = 5, OTHER = 6, ROUND = 7, VERDICT = 8 };

#define ARM_DSB     0xd5033f9fu

#define ARM_TABLE   (GIB + 0x300000)

static void arm_word(Bare *b, guint64 word)
{
    guint32 little = GUINT32_TO_LE((guint32)word);

    emit(b, &little, sizeof(little));
}

static void arm_load(Bare *b, unsigned reg, guint64 value)
{
    for (unsigned i = 0; i < 4; i++) {
        arm_word(b, (i ? 0xf2800000u : 0xd2800000u) | i << 21 |
                    (guint32)(value >> (16 * i) & 0xffff) << 5 | reg);
    }
}

static void arm_store(Bare *b, guint64 address, guint32 value)
{
    arm_load(b, BASE, address);
    arm_load(b, VALUE, value);
    arm_word(b, 0xb9000000u | BASE << 5 | VALUE);
}

static void arm_copy(Bare *b, guint64 from, guint64 to)
{
    arm_load(b, BASE, from);
    arm_word(b, 0xb9400000u | BASE << 5 | VALUE);
    arm_load(b, BASE, to);
    arm_word(b, 0xb9000000u | BASE << 5 | VALUE);
}

static void arm_configure(Bare *b, guint32 offset, guint32 value)
{
    arm_store(b, 0x3f000000u + (SLOT << 15) + offset, value);
}

static void arm_msr(Bare *b, guint32 instruction, guint64 value)
{
    arm_load(b, VALUE, value);
    arm_word(b, instruction | VALUE);
    arm_word(b, 0xd5033fdfu);               /* isb */
}

/* Devices at 0, RAM at 1 GiB write-back, at 2 GiB again non-cacheable. */
static void arm_caches_on(Bare *b)
{
    arm_msr(b, 0xd518a200u, 0x4400ff);      /* MAIR_EL1 */
    arm_msr(b, 0xd5182040u, 0x200800019);   /* TCR_EL1 */
    arm_msr(b, 0xd5182000u, ARM_TABLE);     /* TTBR0_EL1 */
    arm_msr(b, 0xd5181000u, 0x30d01805);    /* SCTLR_EL1 */
    arm_load(b, VERDICT, 0);
}

static void arm_start(Bare *b)
{
    static const guint64 blocks[] = { 0x405, GIB | 0x401, GIB | 0x409 };

    for (unsigned i = 0; i < G_N_ELEMENTS(blocks); i++) {
        arm_store(b, ARM_TABLE + 8 * i, (guint32)blocks[i]);
    }
    arm_caches_on(b);
}

static void arm_end(Bare *b)
{
    arm_load(b, 0, PSCI_SYSTEM_OFF);
    arm_word(b, 0xd4000002u);               /* hvc #0 */
}

static void arm_maintain(Bare *b, guint32 code, guint64 address,
                         gboolean all G_GNUC_UNUSED)
{
    arm_load(b, BASE, address);
    arm_word(b, code | BASE);
}

/* A branch at @from to what comes next. */
static void arm_direct(Bare *b, guint from)
{
    guint32 branch = GUINT32_TO_LE(0x14000000u | (b->code->len - from) / 4);

    memcpy(b->code->data + from, &branch, sizeof(branch));
}

static void arm_second_begin(Bare *b)
{
    /* Behind these: four loads of four instructions, hvc and the branch. */
    guint64 entry = b->arch->code + b->code->len + 18 * 4;

    arm_load(b, 0, PSCI_CPU_ON);
    arm_load(b, 1, 1);                      /* MPIDR */
    arm_load(b, ENTRY, entry);
    arm_load(b, 3, 0);
    arm_word(b, 0xd4000002u);               /* hvc #0 */
    b->behind = b->code->len;
    arm_word(b, 0);
    arm_caches_on(b);
}

static void arm_second_end(Bare *b)
{
    arm_word(b, 0xd503207fu);               /* wfi */
    arm_word(b, 0x17ffffffu);               /* b .-4 */
    arm_direct(b, b->behind);
}

static void arm_wait(Bare *b, guint64 address, guint32 value)
{
    arm_load(b, BASE, address);
    arm_load(b, OTHER, value);
    arm_word(b, 0xd503203fu);               /* yield */
    arm_word(b, 0xb9400000u | BASE << 5 | VALUE);
    arm_word(b, 0x6b00001fu | OTHER << 16 | VALUE << 5);    /* cmp */
    arm_word(b, 0x54ffffa1u);               /* b.ne to the yield */
    arm_word(b, ARM_DSB);
}

static void arm_loop_begin(Bare *b, guint32 count)
{
    arm_load(b, ROUND, count);
    b->loop = b->code->len;
}

/* cbz or cbnz to the loop's body. */
static void arm_back(Bare *b, guint32 branch, unsigned reg)
{
    guint32 distance = (b->loop - b->code->len) / 4;

    arm_word(b, branch | (distance & 0x7ffff) << 5 | reg);
}

static void arm_next_round(Bare *b)
{
    arm_word(b, 0x51000400u | ROUND << 5 | ROUND);          /* sub 1 */
}

static void arm_loop_end(Bare *b)
{
    arm_next_round(b);
    arm_back(b, 0x35000000u, ROUND);
}

static void arm_loop_until(Bare *b, guint64 address)
{
    arm_next_round(b);
    arm_load(b, BASE, address);
    arm_word(b, 0xb9400000u | BASE << 5 | VALUE);
    arm_back(b, 0x34000000u, VALUE);
}

static void arm_store_register(Bare *b, guint64 address, unsigned reg)
{
    arm_load(b, BASE, address);
    arm_word(b, 0xb9000000u | BASE << 5 | reg);
    arm_word(b, ARM_DSB);
}

static void arm_store_round(Bare *b, guint64 address)
{
    arm_store_register(b, address, ROUND);
}

static void arm_check_round(Bare *b, guint64 address)
{
    arm_load(b, BASE, address);
    arm_word(b, 0xb9400000u | BASE << 5 | VALUE);
    arm_word(b, 0x4a000000u | ROUND << 16 | VALUE << 5 | VALUE);    /* eor */
    arm_word(b, 0x2a000000u | VALUE << 16 | VERDICT << 5 | VERDICT);
}

static void arm_store_verdict(Bare *b, guint64 address)
{
    arm_store_register(b, address, VERDICT);
}

/* ---- x86, in 32-bit mode without paging -------------------------------- */

#define X86_ENTRY   0x40u
#define X86_GDT     0x20u

static void x86_long(Bare *b, guint64 value)
{
    guint32 little = GUINT32_TO_LE((guint32)value);

    emit(b, &little, sizeof(little));
}

static void x86_store(Bare *b, guint64 address, guint32 value)
{
    emit(b, "\xc7\x05", 2);
    x86_long(b, address);
    x86_long(b, value);
}

static void x86_copy(Bare *b, guint64 from, guint64 to)
{
    emit(b, "\xa1", 1);
    x86_long(b, from);
    emit(b, "\xa3", 1);
    x86_long(b, to);
}

static void x86_out(Bare *b, guint32 port, guint32 value)
{
    emit(b, "\xba", 1);                     /* mov edx, port */
    x86_long(b, port);
    emit(b, "\xb8", 1);                     /* mov eax, value */
    x86_long(b, value);
    emit(b, "\xef", 1);                     /* out dx, eax */
}

static void x86_configure(Bare *b, guint32 offset, guint32 value)
{
    x86_out(b, 0xcf8, 0x80000000u | SLOT << 11 | offset);
    x86_out(b, 0xcfc, value);
}

static void x86_wrmsr(Bare *b, guint32 msr, guint64 value)
{
    emit(b, "\xb9", 1);                     /* mov ecx, msr */
    x86_long(b, msr);
    emit(b, "\xb8", 1);
    x86_long(b, value);
    emit(b, "\xba", 1);
    x86_long(b, value >> 32);
    emit(b, "\x0f\x30", 2);
}

/* Write-back but for the uncached range. */
static void x86_start(Bare *b)
{
    static const guint8 real[X86_GDT] =
        "\xfa"                              /* cli */
        "\x66\x2e\x0f\x01\x16\x18\x00"      /* lgdt cs:[0x18] */
        "\x0f\x20\xc0\x0c\x01\x0f\x22\xc0"  /* cr0 |= PE */
        "\x66\xea\x40\x00\xff\xff\x08\x00"  /* ljmp 8:0xffff0040 */
        "\x17\x00\x20\x00\xff\xff";         /* at 0x18: limit, 0xffff0020 */
    static const guint8 gdt[X86_ENTRY - X86_GDT] =
        "\0\0\0\0\0\0\0\0"
        "\xff\xff\0\0\0\x9b\xcf\0"
        "\xff\xff\0\0\0\x93\xcf\0";

    emit(b, real, sizeof(real));
    emit(b, gdt, sizeof(gdt));
    emit(b, "\x66\xb8\x10\x00\x8e\xd8\x8e\xc0\x8e\xd0", 10);
    emit(b, "\xb8\x11\x00\x00\x00\x0f\x22\xc0", 8);     /* caches on */
    x86_wrmsr(b, 0x200, BARE_UNCACHED);     /* IA32_MTRR_PHYSBASE0: UC */
    x86_wrmsr(b, 0x201, G_GUINT64_CONSTANT(0xfffff00800));
    x86_wrmsr(b, 0x2ff, 0x806);             /* IA32_MTRR_DEF_TYPE: WB */
    emit(b, "\x31\xff", 2);                 /* xor edi, edi */
    emit(b, "\xa1\x20\x00\xe0\xfe", 5);     /* mov eax, [APIC ID] */
    emit(b, "\x85\xc0\x0f\x85", 4);         /* test eax, eax; jnz */
    b->second = b->code->len;
    x86_long(b, 0);
}

static void x86_end(Bare *b)
{
    static const guint8 reset[] = { 0xe9, 0x0d, 0x00 };     /* jmp 0 */

    x86_out(b, 0xf4, 0);
    emit(b, "\xf4", 1);
    g_assert_cmpuint(b->code->len, <, 0xff00);
    g_byte_array_set_size(b->code, 0x10000);
    memcpy(b->code->data + 0xfff0, reset, sizeof(reset));
}

/* Bytes of the instruction, first lowest. */
static void x86_maintain(Bare *b, guint32 code, guint64 address, gboolean all)
{
    for (; code; code >>= 8) {
        emit(b, &(guint8){ code & 0xff }, 1);
    }
    if (!all) {
        x86_long(b, address);
    }
}

/* The displacement at @from leads to what comes next. */
static void x86_direct(Bare *b, guint from)
{
    guint32 distance = GUINT32_TO_LE(b->code->len - (from + 4));

    memcpy(b->code->data + from, &distance, sizeof(distance));
}

static void x86_back(Bare *b, guint to)
{
    x86_long(b, to - (b->code->len + 4));
}

/* A page below 1 MiB sends it through the same entry as the first. */
static void x86_second_begin(Bare *b)
{
    x86_store(b, 0x8000, 0x00fff0eau);      /* ljmp 0xf000:0xfff0 */
    x86_store(b, 0x8004, 0x000000f0u);
    x86_store(b, 0xfee00310u, 1u << 24);    /* ICR: to APIC 1 */
    x86_store(b, 0xfee00300u, 0x4608);      /* start-up at 0x8000 */
    emit(b, "\xe9", 1);                     /* jmp */
    b->behind = b->code->len;
    x86_long(b, 0);
    x86_direct(b, b->second);
}

static void x86_second_end(Bare *b)
{
    emit(b, "\xf4\xeb\xfd", 3);             /* hlt; jmp there */
    x86_direct(b, b->behind);
}

static void x86_wait(Bare *b, guint64 address, guint32 value)
{
    guint start = b->code->len;

    emit(b, "\xf3\x90\x81\x3d", 4);         /* pause; cmp [address], value */
    x86_long(b, address);
    x86_long(b, value);
    emit(b, "\x0f\x85", 2);                 /* jne */
    x86_back(b, start);
}

static void x86_loop_begin(Bare *b, guint32 count)
{
    emit(b, "\xbe", 1);                     /* mov esi, count */
    x86_long(b, count);
    b->loop = b->code->len;
}

static void x86_loop_end(Bare *b)
{
    emit(b, "\x4e\x0f\x85", 3);             /* dec esi; jnz */
    x86_back(b, b->loop);
}

static void x86_loop_until(Bare *b, guint64 address)
{
    emit(b, "\x4e\x83\x3d", 3);             /* dec esi; cmp [address], 0 */
    x86_long(b, address);
    emit(b, "\0\x0f\x84", 3);              /* je */
    x86_back(b, b->loop);
}

static void x86_store_round(Bare *b, guint64 address)
{
    emit(b, "\x89\x35", 2);                 /* mov [address], esi */
    x86_long(b, address);
}

static void x86_check_round(Bare *b, guint64 address)
{
    emit(b, "\xa1", 1);
    x86_long(b, address);
    emit(b, "\x31\xf0\x09\xc7", 4);         /* xor eax, esi; or edi, eax */
}

static void x86_store_verdict(Bare *b, guint64 address)
{
    emit(b, "\x89\x3d", 2);                 /* mov [address], edi */
    x86_long(b, address);
}

/* ---- Both -------------------------------------------------------------- */

static const Arch arches[] = {
    {
        .name = "aarch64",
        .machine = "-M virt,highmem=off,memory-backend=ram -cpu cortex-a76 "
                   "-device loader,file=code,addr=0x40200000,cpu-num=0,"
                   "force-raw=on",
        .noncoherent = "-M pcie-dma-noncoherent=on",
        .ram = GIB,
        .registers = 0x10000000,
        .memory = 0x11000000,
        .code = GIB + 0x200000,
        .uncached = GIB,
        .start = arm_start,
        .end = arm_end,
        .configure = arm_configure,
        .store = arm_store,
        .copy = arm_copy,
        .maintain = arm_maintain,
        .second_begin = arm_second_begin,
        .second_end = arm_second_end,
        .wait = arm_wait,
        .loop_begin = arm_loop_begin,
        .loop_end = arm_loop_end,
        .loop_until = arm_loop_until,
        .store_round = arm_store_round,
        .check_round = arm_check_round,
        .store_verdict = arm_store_verdict,
        .ops = {
            [BARE_CLEAN] = 0xd50b7a20u,
            [BARE_INVALIDATE] = 0xd5087620u,
            [BARE_CLEAN_INVALIDATE] = 0xd50b7e20u,
            [BARE_CLEAN_OPTIMIZED] = 0xd50b7c20u,
            [BARE_CLEAN_POU] = 0xd50b7b20u,
            [BARE_CLEAN_ALL] = 0xd5087a40u,
            [BARE_INVALIDATE_ALL] = 0xd5087640u,
            [BARE_CLEAN_INVALIDATE_ALL] = 0xd5087e40u,
        },
    }, {
        .name = "x86_64",
        .machine = "-M q35,memory-backend=ram -cpu max -bios code "
                   "-device isa-debug-exit,iobase=0xf4",
        .noncoherent = "",
        .registers = 0xd0000000u,
        .memory = 0xd1000000u,
        .code = 0xffff0000u,
        .exit_status = 1,
        .start = x86_start,
        .end = x86_end,
        .configure = x86_configure,
        .store = x86_store,
        .copy = x86_copy,
        .maintain = x86_maintain,
        .second_begin = x86_second_begin,
        .second_end = x86_second_end,
        .wait = x86_wait,
        .loop_begin = x86_loop_begin,
        .loop_end = x86_loop_end,
        .loop_until = x86_loop_until,
        .store_round = x86_store_round,
        .check_round = x86_check_round,
        .store_verdict = x86_store_verdict,
        .ops = {
            [BARE_CLEAN] = 0x35ae0f66u,                     /* clwb */
            [BARE_CLEAN_INVALIDATE] = 0x3dae0fu,            /* clflush */
            [BARE_CLEAN_OPTIMIZED] = 0x3dae0f66u,           /* clflushopt */
            [BARE_CLEAN_ALL] = 0x090ff3u,                   /* wbnoinvd */
            [BARE_INVALIDATE_ALL] = 0x080fu,                /* invd */
            [BARE_CLEAN_INVALIDATE_ALL] = 0x090fu,          /* wbinvd */
        },
    },
};

Bare *bare_new(const char *emulator)
{
    Bare *b = g_new0(Bare, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(arches); i++) {
        if (g_str_has_suffix(emulator, arches[i].name)) {
            b->arch = &arches[i];
        }
    }
    g_assert_nonnull(b->arch);
    b->emulator = emulator;
    b->options = g_strdup("");
    b->code = g_byte_array_new();
    b->arch->start(b);
    b->arch->configure(b, 0x10, (guint32)b->arch->registers);
    b->arch->configure(b, 0x18, (guint32)b->arch->memory);
    b->arch->configure(b, 0x1c, 0);
    b->arch->configure(b, 0x04, 6);         /* memory, bus master */
    return b;
}

void bare_free(Bare *b)
{
    g_byte_array_unref(b->code);
    g_free(b->options);
    g_free(b->ram);
    g_free(b);
}

guint64 bare_ram(const Bare *b)
{
    return b->arch->ram;
}

guint64 bare_uncached(const Bare *b, guint64 address)
{
    return address + b->arch->uncached;
}

void bare_options(Bare *b, const char *options)
{
    g_free(b->options);
    b->options = g_strdup(options);
}

void bare_store(Bare *b, guint64 address, guint32 value)
{
    b->arch->store(b, address, value);
}

void bare_copy(Bare *b, guint64 from, guint64 to)
{
    b->arch->copy(b, from, to);
}

gboolean bare_has(const Bare *b, BareOp op)
{
    return b->arch->ops[op] != 0;
}

guint64 bare_maintain(Bare *b, BareOp op, guint64 address)
{
    guint length = b->code->len;

    b->arch->maintain(b, b->arch->ops[op], address,
                      op >= BARE_CLEAN_ALL);
    /* On Arm the address was loaded by four instructions. */
    return b->arch->code + (b->arch->uncached ? b->code->len - 4 : length);
}

void bare_second_begin(Bare *b)
{
    b->arch->second_begin(b);
}

void bare_second_end(Bare *b)
{
    b->arch->second_end(b);
}

void bare_wait(Bare *b, guint64 address, guint32 value)
{
    b->arch->wait(b, address, value);
}

void bare_loop_begin(Bare *b, guint32 count)
{
    b->arch->loop_begin(b, count);
}

void bare_loop_end(Bare *b)
{
    b->arch->loop_end(b);
}

void bare_loop_until(Bare *b, guint64 address)
{
    b->arch->loop_until(b, address);
}

void bare_store_round(Bare *b, guint64 address)
{
    b->arch->store_round(b, address);
}

void bare_check_round(Bare *b, guint64 address)
{
    b->arch->check_round(b, address);
}

void bare_store_verdict(Bare *b, guint64 address)
{
    b->arch->store_verdict(b, address);
}

void bare_register(Bare *b, guint32 offset, guint32 value)
{
    bare_store(b, b->arch->registers + offset, value);
}

void bare_register64(Bare *b, guint32 offset, guint64 value)
{
    bare_register(b, offset, (guint32)value);
    bare_register(b, offset + 4, (guint32)(value >> 32));
}

void bare_device_store(Bare *b, guint32 offset, guint32 value)
{
    bare_store(b, b->arch->memory + offset, value);
}

void bare_transfer(Bare *b, guint64 address, guint32 offset, guint32 length,
                   guint32 flags)
{
    bare_register64(b, CBX_ARM_BUS_ADDR_LO, address);
    bare_register(b, CBX_ARM_DMA_OFFSET, offset);
    bare_register(b, CBX_ARM_DMA_LEN, length);
    bare_register(b, CBX_ARM_DMA_CTL, flags | CBX_ARM_DMA_TRIGGER);
}

static GPtrArray *parse(const char *text)
{
    GPtrArray *records =
        g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GError) error = NULL;

        if (**line) {
            json_parser_load_from_data(parser, *line, -1, &error);
            g_assert_no_error(error);
            g_ptr_array_add(records, json_object_ref(json_node_get_object(
                json_parser_get_root(parser))));
        }
    }
    return records;
}

static char *take_file(const char *directory, const char *name, gsize *length)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *content = NULL;

    g_assert_true(g_file_get_contents(path, &content, length, NULL));
    g_unlink(path);
    return content;
}

GPtrArray *bare_run(Bare *b, const char *properties)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-bare-XXXXXX", NULL);
    g_autofree char *image = g_build_filename(directory, "code", NULL);
    g_autofree char *line = g_strdup_printf(
        "'%s' %s %s %s -m 64M -nodefaults -display none -no-reboot "
        "-object memory-backend-file,id=ram,size=64M,mem-path=ram,share=on "
        "-chardev file,id=r,path=report -device cbx,addr=%u,report=r%s%s",
        b->emulator, b->arch->machine,
        strstr(properties, "cca=off") ? b->arch->noncoherent : "", b->options,
        SLOT, *properties ? "," : "", properties);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = NULL;
    g_autofree char *report = NULL;
    gsize length;
    int status;

    b->arch->end(b);
    g_assert_true(g_file_set_contents(image, (const char *)b->code->data,
                                      (gssize)b->code->len, NULL));
    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    g_spawn_sync(directory, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                 NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, b->arch->exit_status << 8);
    g_unlink(image);
    report = take_file(directory, "report", &length);
    b->ram = (guint32 *)take_file(directory, "ram", &length);
    g_assert_cmpuint(length, ==, BARE_RAM_SIZE);
    g_rmdir(directory);
    return parse(report);
}

guint32 bare_ram32(const Bare *b, guint64 address)
{
    return GUINT32_FROM_LE(b->ram[(address - b->arch->ram) / 4]);
}
