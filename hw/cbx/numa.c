/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the NUMA nodes of the guest's memory, the host's and the guest's.
 */
#include "qemu/osdep.h"
#include "cbx.h"

#ifdef CONFIG_LINUX
#include <sys/syscall.h>

int cbx_host_node(void *host)
{
    void *page = (void *)ROUND_DOWN((uintptr_t)host,
                                    qemu_real_host_page_size());
    int node = -1;

    /*
     * Without target nodes nothing moves. Fails where seccomp or the kernel
     * does not have it; a page that nobody has touched yet has no node.
     */
    if (syscall(SYS_move_pages, 0, 1ul, &page, NULL, &node, 0) != 0) {
        return -1;
    }
    return node <= CBX_NODE_SEEN_MASK ? node : -1;
}
#else
int cbx_host_node(void *host)
{
    return -1;
}
#endif

int cbx_guest_node(AddressSpace *as, hwaddr gpa, MemTxAttrs attrs)
{
    const NumaState *numa = MACHINE(qdev_get_machine())->numa_state;
    hwaddr offset, length = 1;
    MemoryRegion *memory;

    RCU_READ_LOCK_GUARD();
    memory = address_space_translate(as, gpa, &offset, &length, false, attrs);
    for (int i = 0; numa && i < numa->num_nodes; i++) {
        HostMemoryBackend *backend = numa->nodes[i].node_memdev;

        if (backend && host_memory_backend_get_memory(backend) == memory) {
            return i;
        }
    }
    return -1;
}

void cbx_nodes_add(CbxNodes *n, int node)
{
    n->unknown |= node < 0;
    n->mixed |= node >= 0 && n->known && node != n->node;
    if (node >= 0 && !n->known) {
        n->known = true;
        n->node = node;
    }
}

uint32_t cbx_nodes_register(const CbxNodes *n)
{
    if (n->mixed) {
        return CBX_NODE_SEEN_MIXED;
    }
    return n->known && !n->unknown ? CBX_NODE_SEEN_KNOWN | n->node : 0;
}
