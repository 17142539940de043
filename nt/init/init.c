/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First process of the stand-in guest: loads cbx_nt.ko with the parameters
 * that the kernel command line gives as cbx_nt.NAME=VALUE, then powers off.
 * With cbx_init.vectors it has a user process watch its vector registers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vectors.h"

static const char module[] = "/cbx_nt.ko";
static const char prefix[] = "cbx_nt.";

static void complain(const char *what)
{
    fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
}

static void mount_at(const char *type, const char *where)
{
    mkdir(where, 0755);
    if (mount(type, where, type, 0, NULL) && errno != EBUSY) {
        complain(where);
    }
}

/* Keeps of the command line what is for the module, without the prefix. */
static char *parameters(char *line)
{
    char *out = calloc(1, strlen(line) + 1), *save = NULL, *word;

    for (word = strtok_r(line, " \n", &save); word;
         word = strtok_r(NULL, " \n", &save)) {
        if (!strncmp(word, prefix, strlen(prefix))) {
            strcat(out, word + strlen(prefix));
            strcat(out, " ");
        }
    }
    return out;
}

/* The kernel command line; empty if it cannot be read. */
static char *command_line(void)
{
    static char line[4096];
    ssize_t size;
    int fd;

    fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
    if (size < 0) {
        complain("/proc/cmdline");
        size = 0;
    }
    if (fd >= 0) {
        close(fd);
    }
    line[size] = 0;
    return line;
}

static int load(char *line)
{
    int fd = open(module, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        complain(module);
        return -1;
    }
    /* For `cbx run --timing`, which knows these words. */
    fprintf(stderr, "init: loading %s\n", module);
    if (syscall(SYS_finit_module, fd, parameters(line), 0)) {
        complain(module);
        return -1;
    }
    return 0;
}

int main(void)
{
    pid_t watcher = 0;
    char *line;
    int failed;

    mount_at("devtmpfs", "/dev");
    mount_at("proc", "/proc");
    mount_at("sysfs", "/sys");
    line = command_line();
    if (strstr(line, "cbx_init.vectors")) {
        watcher = vectors_start();
    }
    failed = load(line);
    if (watcher > 0) {
        vectors_stop(watcher);
    }
    if (failed) {
        /* An init that ends is a panic, which ends the guest at once. */
        return 1;
    }
    reboot(RB_POWER_OFF);
    complain("power off");
    return 1;
}
