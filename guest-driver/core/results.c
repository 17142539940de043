/* SPDX-License-Identifier: MIT */
#include "core/results.h"

enum { BLOCK_RESULTS = 128 };

/* Many results in one allocation. */
typedef struct CbxResultsBlock {
    struct CbxResultsBlock *next;
    uint32_t count;
    cbx_control_result results[BLOCK_RESULTS];
} CbxResultsBlock;

void cbx_results_init(CbxResults *results, const CbxResultsMemory *memory,
                      void *context)
{
    results->memory = memory;
    results->context = context;
    results->first = 0;
    results->last = 0;
    results->state = (cbx_control_state) { .version = CBX_CONTROL_VERSION };
}

void cbx_results_free(CbxResults *results)
{
    while (results->first) {
        CbxResultsBlock *block = results->first;

        results->first = block->next;
        results->memory->release(results->context, block);
    }
    results->last = 0;
    results->state.results = 0;
}

void cbx_results_new_round(CbxResults *results)
{
    cbx_results_free(results);
    results->state.rounds++;
    results->state.passed = 0;
    results->state.failed = 0;
    results->state.skipped = 0;
    results->state.lost = 0;
}

static cbx_control_result *new_result(CbxResults *results)
{
    CbxResultsBlock *block = results->last;

    if (!block || block->count == BLOCK_RESULTS) {
        block = results->memory->allocate(results->context, sizeof(*block));
        if (!block) {
            return 0;
        }
        block->next = 0;
        block->count = 0;
        if (results->last) {
            results->last->next = block;
        } else {
            results->first = block;
        }
        results->last = block;
    }
    return &block->results[block->count++];
}

/* All of it is written: what lies behind the string goes to a program. */
static void copy_string(char *to, uint32_t size, const char *from)
{
    uint32_t i = 0;

    for (; i < size - 1 && from[i]; i++) {
        to[i] = from[i];
    }
    for (; i < size; i++) {
        to[i] = 0;
    }
}

void cbx_results_add(CbxResults *results, const CbxResult *result)
{
    cbx_control_result *kept;

    results->state.passed += result->verdict == CBX_PASS;
    results->state.failed += result->verdict == CBX_FAIL;
    results->state.skipped += result->verdict == CBX_SKIP;
    kept = new_result(results);
    if (!kept) {
        results->state.lost++;
        return;
    }
    kept->api = result->api_number;
    kept->verdict = result->verdict;
    copy_string(kept->check, sizeof(kept->check), result->check);
    copy_string(kept->variant, sizeof(kept->variant), result->variant);
    copy_string(kept->seen, sizeof(kept->seen), result->seen);
    results->state.results++;
}

uint32_t cbx_results_copy(const CbxResults *results, uint32_t first,
                          void *buffer, uint32_t length)
{
    cbx_control_state *state = buffer;
    cbx_control_result *to = (cbx_control_result *)(state + 1);
    uint32_t room = (length - sizeof(*state)) / sizeof(*to);
    uint32_t number = 0, copied = 0;

    *state = results->state;
    for (const CbxResultsBlock *block = results->first; block;
         block = block->next) {
        for (uint32_t i = 0; i < block->count; i++, number++) {
            if (number >= first && copied < room) {
                to[copied++] = block->results[i];
            }
        }
    }
    return sizeof(*state) + copied * sizeof(*to);
}
