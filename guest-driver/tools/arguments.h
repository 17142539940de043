/* SPDX-License-Identifier: MIT */
/* The command line of cbxctl.exe. Portable: no system, no C library. */
#ifndef CBXCTL_ARGUMENTS_H
#define CBXCTL_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum CbxctlCommand {
    CBXCTL_HELP,
    CBXCTL_LIST,
    CBXCTL_RUN,
    CBXCTL_QUERY,
    CBXCTL_ABORT,
} CbxctlCommand;

typedef struct CbxctlArguments {
    CbxctlCommand command;
    bool tap;
    bool verbose;
    uint32_t rounds;        /* 1 unless given */
    uint64_t apis;          /* bit n: call number n of abi.h; 0: all */
} CbxctlArguments;

/*
 * Splits a command line at blanks outside double quotes, in place; the first
 * word is the program's name. Returns the number of words, at most `max`;
 * what is beyond is dropped.
 */
unsigned cbxctl_split(char *line, char **words, unsigned max);

/*
 * Reads the words after the program's name. NULL, or what is wrong with them,
 * with the word in question in *word.
 */
const char *cbxctl_parse(CbxctlArguments *arguments, char **words,
                         unsigned count, const char **word);

#endif /* CBXCTL_ARGUMENTS_H */
