/* SPDX-License-Identifier: MIT */
/* Results of the last round, kept for who asks through cbx/ioctl.h. */
#ifndef CBX_CORE_RESULTS_H
#define CBX_CORE_RESULTS_H

#include "cbx/ioctl.h"
#include "core/report.h"

struct CbxResultsBlock;

typedef struct CbxResultsMemory {
    void *(*allocate)(void *context, uint32_t size);   /* NULL: none left */
    void (*release)(void *context, void *block);
} CbxResultsMemory;

/* Who uses it sees to it that nobody else does at the time. */
typedef struct CbxResults {
    const CbxResultsMemory *memory;
    void *context;              /* of memory */
    struct CbxResultsBlock *first, *last;
    cbx_control_state state;
} CbxResults;

void cbx_results_init(CbxResults *results, const CbxResultsMemory *memory,
                      void *context);
/* Gives all memory back; the counters stay. */
void cbx_results_free(CbxResults *results);

/* Forgets the last round. */
void cbx_results_new_round(CbxResults *results);
void cbx_results_add(CbxResults *results, const CbxResult *result);

/*
 * State, then results from `first` on, into `length` bytes, at least those of
 * a cbx_control_state; returns bytes used.
 */
uint32_t cbx_results_copy(const CbxResults *results, uint32_t first,
                          void *buffer, uint32_t length);

#endif /* CBX_CORE_RESULTS_H */
