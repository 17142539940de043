/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_stop(int signal)
{
    (void)signal;
    stop = 1;
}

#ifdef __aarch64__

enum { REGISTERS = 32 };

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) \
    X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) \
    X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define LOAD(n) "ldr q" #n ", [%1, #" #n "*16]\n"
#define STORE(n) "str q" #n ", [%2, #" #n "*16]\n"
#define SPIN "1: subs %0, %0, #1\nb.ne 1b\n"
#define REGISTER_NAMES \
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", \
    "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", \
    "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", \
    "v31"

#else

enum { REGISTERS = 16 };

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) \
    X(11) X(12) X(13) X(14) X(15)
#define LOAD(n) "movups " #n "*16(%1), %%xmm" #n "\n"
#define STORE(n) "movups %%xmm" #n ", " #n "*16(%2)\n"
#define SPIN "1: dec %0\njnz 1b\n"
#define REGISTER_NAMES \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
    "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

#endif

/* Loads all, spins, stores all. */
static void spin(const uint8_t in[REGISTERS][16], uint8_t out[REGISTERS][16])
{
    uint64_t rounds = 100000;

    __asm__ volatile(EACH(LOAD) SPIN EACH(STORE)
                     : "+r"(rounds) : "r"(in), "r"(out)
                     : "memory", "cc", REGISTER_NAMES);
}

static void watch(void)
{
    uint8_t in[REGISTERS][16], out[REGISTERS][16];
    unsigned long rounds = 0, changed = 0;

    signal(SIGTERM, on_stop);
    for (unsigned i = 0; i < sizeof(in); i++) {
        in[i / 16][i % 16] = (uint8_t)(i * 37 + 11);
    }
    while (!stop) {
        spin(in, out);
        changed += memcmp(in, out, sizeof(in)) != 0;
        rounds++;
    }
    fprintf(stderr, "init: a user process had its vector registers changed in "
            "%lu of %lu rounds\n", changed, rounds);
}

pid_t vectors_start(void)
{
    pid_t child = fork();

    if (!child) {
        watch();
        _exit(0);
    }
    return child;
}

void vectors_stop(pid_t child)
{
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
}
