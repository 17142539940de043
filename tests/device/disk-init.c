/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First process of a stock Linux guest for arm64 whose PCIe is not coherent:
 * drives the device, from user space and with cache maintenance of its own,
 * on pages that it also lends to an NVMe disk, for which the kernel maintains
 * them; while another process only uses the disk. The last line says what
 * came of it. With beside.omit=clean or =invalidate it forgets that.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cbx/abi.h"

#define DISK        "/dev/nvme0n1"
#define PAGE        4096u
#define LINE        64u
#define CHUNK       (64u * 1024)
/* The other process's parts of the disk, and ours behind them. */
#define PART        (4u * 1024 * 1024)
#define PARTS       2u
#define ROUNDS      64u

static _Noreturn void finish(const char *verdict, const char *check)
{
    printf("beside: %s%s%s\n", verdict, check ? ": " : "", check ? check : "");
    fflush(stdout);
    reboot(RB_POWER_OFF);
    _exit(1);
}

static void need(int good, const char *what)
{
    if (!good) {
        printf("beside: %s: %s\n", what, strerror(errno));
        finish("impossible", what);
    }
}

static void check(int good, const char *what)
{
    if (!good) {
        finish("failed", what);
    }
}

/* Word i of data number n is n << 32 | i; the test knows it, too. */
static void fill(void *at, uint64_t number, size_t length)
{
    uint64_t *word = at;

    for (size_t i = 0; i < length / sizeof(*word); i++) {
        word[i] = number << 32 | i;
    }
}

static int filled(const void *at, uint64_t number, size_t length)
{
    const volatile uint64_t *word = at;

    for (size_t i = 0; i < length / sizeof(*word); i++) {
        if (word[i] != (number << 32 | i)) {
            return 0;
        }
    }
    return 1;
}

/* Shared, so that nothing copies the pages; no larger ones, which may move. */
static void *pages(size_t length)
{
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    need(at != MAP_FAILED && !mlock(at, length), "memory");
    return at;
}

/* ---- The disk alone ---------------------------------------------------- */

static void use_part(int part, int flags)
{
    int fd = open(DISK, O_RDWR | O_CLOEXEC | flags);
    uint64_t *data = pages(CHUNK);
    off_t begin = (off_t)part * PART;

    need(fd >= 0, DISK);
    for (off_t at = 0; at < PART; at += CHUNK) {
        fill(data, (begin + at) / CHUNK, CHUNK);
        check(pwrite(fd, data, CHUNK, begin + at) == CHUNK, "disk-write");
    }
    check(!fsync(fd) && !posix_fadvise(fd, begin, PART, POSIX_FADV_DONTNEED),
          "disk-flush");
    for (off_t at = 0; at < PART; at += CHUNK) {
        memset(data, 0, CHUNK);
        check(pread(fd, data, CHUNK, begin + at) == CHUNK &&
              filled(data, (begin + at) / CHUNK, CHUNK), "disk-read");
    }
    munmap(data, CHUNK);
    close(fd);
}

static pid_t start_other(void)
{
    pid_t pid = fork();

    need(pid >= 0, "fork");
    if (!pid) {
        use_part(0, O_DIRECT);
        use_part(1, 0);
        _exit(0);
    }
    return pid;
}

/* ---- The device -------------------------------------------------------- */

static volatile uint8_t *registers;
static volatile uint32_t *device_memory;

static void put(uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(registers + offset) = value;
}

static void put64(uint32_t offset, uint64_t value)
{
    put(offset, (uint32_t)value);
    put(offset + 4, (uint32_t)(value >> 32));
}

static uint32_t get(uint32_t offset)
{
    return *(volatile uint32_t *)(registers + offset);
}

static long number_in(const char *directory, const char *file)
{
    char path[512], text[32] = "";
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", directory, file);
    f = fopen(path, "re");
    if (!f || !fgets(text, sizeof(text), f)) {
        text[0] = 0;
    }
    if (f) {
        fclose(f);
    }
    return strtol(text, NULL, 0);
}

static void *map_bar(const char *directory, unsigned bar, size_t length)
{
    char path[512];
    void *at;
    int fd;

    snprintf(path, sizeof(path), "%s/resource%u", directory, bar);
    fd = open(path, O_RDWR | O_CLOEXEC);
    need(fd >= 0, path);
    at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    need(at != MAP_FAILED, path);
    close(fd);
    return at;
}

static void find_device(void)
{
    static const char devices[] = "/sys/bus/pci/devices";
    static const uint16_t command = 6;  /* memory, bus master */
    DIR *all = opendir(devices);
    struct dirent *entry;
    char path[400], file[512];

    need(!!all, devices);
    while ((entry = readdir(all))) {
        snprintf(path, sizeof(path), "%s/%s", devices, entry->d_name);
        if (number_in(path, "vendor") == CBX_PCI_VENDOR_ID &&
            number_in(path, "device") == CBX_PCI_DEVICE_ID) {
            int fd;

            snprintf(file, sizeof(file), "%s/config", path);
            fd = open(file, O_RDWR | O_CLOEXEC);
            need(pwrite(fd, &command, sizeof(command), 4) == sizeof(command),
                 file);
            close(fd);
            registers = map_bar(path, 0, CBX_BAR_REGS_SIZE);
            device_memory = map_bar(path, 2, PAGE);
            break;
        }
    }
    closedir(all);
    need(!!registers, "device");
}

static uint64_t physical(const void *page)
{
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t entry = 0;

    need(pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)page / PAGE *
         sizeof(entry))) == sizeof(entry) && entry >> 63, "pagemap");
    close(fd);
    return (entry & ((1ull << 55) - 1)) * PAGE;
}

static void transfer(uint64_t address, uint32_t flags)
{
    put64(CBX_ARM_BUS_ADDR_LO, address);
    put(CBX_ARM_DMA_OFFSET, 0);
    put(CBX_ARM_DMA_LEN, PAGE);
    put(CBX_ARM_DMA_CTL, flags | CBX_ARM_DMA_TRIGGER);
    check((get(CBX_ARM_DMA_STATUS) & CBX_ARM_DMA_STATUS_MASK) ==
          CBX_ARM_DMA_OK, "transfer");
}

/* A page of memory that the device, the disk and we use. */
static uint64_t declare(const void *page)
{
    uint64_t address = physical(page);

    put64(CBX_REG_BUF_VA_LO, (uintptr_t)page);
    put64(CBX_REG_BUF_LOGICAL_LO, address);
    put64(CBX_REG_BUF_LENGTH_LO, PAGE);
    put64(CBX_REG_BUF_MAX_LO, UINT64_MAX);
    put(CBX_REG_BUF_CACHE, CBX_CACHE_CACHED);
    put(CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
    check(get(CBX_REG_BUF_STATUS) == CBX_STATUS_OK, "declare");
    return address;
}

static void device_fill(uint64_t number)
{
    for (unsigned i = 0; i < PAGE / sizeof(uint64_t); i++) {
        device_memory[2 * i] = i;
        device_memory[2 * i + 1] = (uint32_t)number;
    }
}

static int device_filled(uint64_t number)
{
    for (unsigned i = 0; i < PAGE / sizeof(uint64_t); i++) {
        if (device_memory[2 * i] != i ||
            device_memory[2 * i + 1] != (uint32_t)number) {
            return 0;
        }
    }
    return 1;
}

static void clean(const uint8_t *page)
{
    for (unsigned i = 0; i < PAGE; i += LINE) {
        __asm__ volatile("dc cvac, %0" :: "r" (page + i) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

/* What user space has in place of an invalidate. */
static void invalidate(const uint8_t *page)
{
    for (unsigned i = 0; i < PAGE; i += LINE) {
        __asm__ volatile("dc civac, %0" :: "r" (page + i) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

/* ---- Together ---------------------------------------------------------- */

static void rounds(int disk, int cleans, int invalidates)
{
    uint8_t *to_device = pages(PAGE);
    uint8_t *from_device = pages(PAGE);
    uint8_t *by_disk = pages(PAGE);
    uint64_t to_device_at = declare(to_device);
    uint64_t from_device_at = declare(from_device);
    uint64_t by_disk_at = declare(by_disk);

    for (unsigned i = 0; i < ROUNDS; i++) {
        off_t block = (off_t)PARTS * PART + (off_t)i * 2 * PAGE;
        uint64_t number = 0x10000 + 2 * i;

        /* Memory, device and disk; from there, memory and device. */
        fill(to_device, number, PAGE);
        if (cleans) {
            clean(to_device);
        }
        transfer(to_device_at, 0);
        check(device_filled(number), "device-read");
        check(pwrite(disk, to_device, PAGE, block) == PAGE &&
              pread(disk, by_disk, PAGE, block) == PAGE &&
              filled(by_disk, number, PAGE), "disk");
        device_fill(0);
        transfer(by_disk_at, 0);
        check(device_filled(number), "disk-to-device");

        /* Device, memory and disk. */
        number++;
        device_fill(number);
        transfer(from_device_at, CBX_ARM_DMA_FROM_DEVICE);
        if (invalidates) {
            invalidate(from_device);
        }
        check(filled(from_device, number, PAGE), "device-write");
        check(pwrite(disk, from_device, PAGE, block + PAGE) == PAGE,
              "device-to-disk");
    }
}

static void mount_at(const char *type, const char *where)
{
    mkdir(where, 0755);
    need(!mount(type, where, type, 0, NULL) || errno == EBUSY, where);
}

int main(void)
{
    char line[4096] = "";
    pid_t other;
    int status, fd;
    ssize_t length;

    mount_at("devtmpfs", "/dev");
    mount_at("proc", "/proc");
    mount_at("sysfs", "/sys");
    fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    length = read(fd, line, sizeof(line) - 1);
    need(length > 0, "/proc/cmdline");
    close(fd);

    find_device();
    fd = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
    need(fd >= 0, DISK);
    other = start_other();
    rounds(fd, !strstr(line, "beside.omit=clean"),
           !strstr(line, "beside.omit=invalidate"));
    need(waitpid(other, &status, 0) == other, "the other process");
    check(!status, "other");
    sync();
    finish("passed", NULL);
}
