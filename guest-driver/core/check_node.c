/* SPDX-License-Identifier: MIT */
/* Of which NUMA node a buffer is: the oracle knows the machine's memory. */
#include "cbx/abi.h"
#include "core/check.h"

/*
 * What a node must have: with more, or below a limit, the system may have
 * found nothing in the node, and the preference permits it to look elsewhere.
 */
#define SURE_LENGTH  0x100000u
#define SURE_MAXIMUM UINT64_C(0xfffff000)

static bool is_sure(const CbxBuffer *b)
{
    return b->length <= SURE_LENGTH && !b->min && b->max >= SURE_MAXIMUM;
}

bool cbx_applies_node(const CbxSuite *suite, const CbxBuffer *buffer)
{
    (void)suite;
    return buffer->node != CBX_NODE_ANY;
}

/*
 * The system numbers its nodes in the order of the firmware's tables, QEMU
 * writes them in the order of its own numbers: both mean the same one.
 */
CbxVerdict cbx_check_node(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint32_t nodes = c->dev->world->nodes;
    uint32_t seen = b->found.guest_node;

    if (!b->declared) {
        return cbx_case_skip(c, "the device did not accept the buffer");
    }
    if (nodes < 2) {
        return cbx_case_skip(c, nodes ? "the system has one node only"
                                      : "how many nodes the system has is not "
                                        "known");
    }
    if (!(seen & (CBX_NODE_SEEN_KNOWN | CBX_NODE_SEEN_MIXED))) {
        return cbx_case_skip(c, "the device cannot tell the node of every "
                                "page");
    }
    if (seen & CBX_NODE_SEEN_MIXED) {
        cbx_text_add(&c->seen, "several nodes");
    } else {
        cbx_text_add(&c->seen, "node ");
        cbx_text_dec(&c->seen, seen & CBX_NODE_SEEN_MASK);
    }
    cbx_text_add(&c->seen, ", preferred ");
    cbx_text_dec(&c->seen, b->node);
    if (seen == (CBX_NODE_SEEN_KNOWN | b->node)) {
        return CBX_PASS;
    }
    if (!is_sure(b)) {
        cbx_text_add(&c->seen, "; a node need not have such memory");
        return CBX_SKIP;
    }
    return CBX_FAIL;
}
