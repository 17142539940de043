/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes docs/checks.md, made of the table of checks, to standard output. */
#include <stdio.h>

static void row(const char *id, const char *when, const char *expected,
                const char *source)
{
    printf("| `%s` | %s | %s | %s |\n", id, when, expected, source);
}

int main(void)
{
    puts("<!-- SPDX-License-Identifier: MIT -->\n"
         "<!-- Made of guest-driver/core/checks.def by `ninja -C build/host "
         "update-checks-doc`; do not edit. -->\n"
         "\n"
         "# Checks\n"
         "\n"
         "In the order in which they are made. *Source* names the page of "
         "Microsoft's driver\n"
         "documentation and the member or section that the expectation comes "
         "from; where the\n"
         "documentation is silent it says so. A check that cannot be made is "
         "reported as\n"
         "`skip` with the reason, never as passed.\n"
         "\n"
         "The checks `guard-before`, `guard-after` and `use-after-free` make "
         "the device ask for\n"
         "addresses that it must not have. A system may answer the fault "
         "that its IOMMU then\n"
         "reports with a bug check (0xE6, first parameter 0x26). The records "
         "up to that point\n"
         "are in the report; the probe is one of the last.\n"
         "\n"
         "The check `node` is made of the calls that take a preferred NUMA "
         "node, and only on\n"
         "systems with at least two. The device sees of which node of the "
         "guest each page is\n"
         "(`guest_node` in its report; `host_node` is the host's, which is "
         "not judged). A\n"
         "preference is no promise: where the memory is longer than 1 MiB or "
         "limited below\n"
         "4 GiB, another node gives `skip`. Else it gives `fail`, though "
         "Windows may have had\n"
         "its reasons: look whether the node's memory was exhausted.\n"
         "\n"
         "| check | made | expectation | source |\n"
         "| --- | --- | --- | --- |");
#define CBX_CHECK_CALL(symbol, id, expected, source) \
    row(id, "of the call", expected, source);
#define CBX_CHECK_DECLARED(symbol, id, expected, source) \
    row(id, "of each buffer", expected, source);
#define CBX_CHECK_BUFFER(symbol, id, expected, source) \
    row(id, "of each buffer", expected, source);
#define CBX_CHECK_SOME(symbol, id, expected, source) \
    row(id, "of a buffer, where it applies", expected, source);
#define CBX_CHECK_FREED(symbol, id, expected, source) \
    row(id, "after the free", expected, source);
#include "core/checks.def"
    return 0;
}
