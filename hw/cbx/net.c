/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the network card. A frame goes through device memory, where transfers
 * of the common engine take it from and put it: a queue sends what such a
 * transfer has brought, and waits for a frame before it makes one the other
 * way. Frames that nobody waits for stay with the network back end.
 */
#include "qemu/osdep.h"
#include "net/net.h"
#include "cbx.h"
#include "trace.h"

static NetClientState *cbx_nc(CbxState *s)
{
    return s->nic ? qemu_get_queue(s->nic) : NULL;
}

static CbxQueue *cbx_net_waiting(CbxState *s)
{
    for (unsigned i = 0; i < s->n_queues; i++) {
        if (s->queues[i].waiting) {
            return &s->queues[i];
        }
    }
    return NULL;
}

static bool cbx_net_can_receive(NetClientState *nc)
{
    return cbx_net_waiting(qemu_get_nic_opaque(nc)) != NULL;
}

/* 0: not now, keep it. */
static ssize_t cbx_net_receive(NetClientState *nc, const uint8_t *data,
                               size_t size)
{
    CbxState *s = qemu_get_nic_opaque(nc);
    CbxQueue *q = cbx_net_waiting(s);

    if (!q) {
        return 0;
    }
    cbx_queue_receive(s, q, data, size);
    s->stats[CBX_STAT_FRAMES_RECEIVED]++;
    trace_cbx_frame("received", size);
    return size;
}

static void cbx_net_link_changed(NetClientState *nc)
{
    CbxState *s = qemu_get_nic_opaque(nc);

    cbx_interrupt(s, cbx_get32(s, CBX_REG_NET_VECTOR));
}

static NetClientInfo cbx_net_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .can_receive = cbx_net_can_receive,
    .receive = cbx_net_receive,
    .link_status_changed = cbx_net_link_changed,
};

void cbx_net_send(CbxState *s, uint64_t offset, uint64_t length)
{
    uint8_t *memory = memory_region_get_ram_ptr(&s->memory);

    s->stats[CBX_STAT_FRAMES_SENT]++;
    trace_cbx_frame("sent", length);
    qemu_send_packet(cbx_nc(s), memory + offset, length);
}

void cbx_net_wait(CbxState *s)
{
    qemu_flush_queued_packets(cbx_nc(s));
}

uint32_t cbx_net_read(CbxState *s, uint32_t offset)
{
    const uint8_t *mac = s->nic_conf.macaddr.a;

    if (!s->nic) {
        return 0;
    }
    switch (offset) {
    case CBX_REG_NET_STATUS:
        return cbx_nc(s)->link_down ? 0 : CBX_NET_LINK;
    case CBX_REG_NET_MAC_LO:
        return ldl_le_p(mac);
    default:
        return lduw_le_p(mac + 4);
    }
}

void cbx_net_realize(CbxState *s)
{
    DeviceState *d = DEVICE(s);

    /* Only a cbx-net has the property `netdev`. */
    if (!s->nic_conf.peers.ncs[0]) {
        return;
    }
    qemu_macaddr_default_if_unset(&s->nic_conf.macaddr);
    s->nic = qemu_new_nic(&cbx_net_info, &s->nic_conf,
                          object_get_typename(OBJECT(s)), d->id,
                          &d->mem_reentrancy_guard, s);
    qemu_format_nic_info_str(qemu_get_queue(s->nic), s->nic_conf.macaddr.a);
}

void cbx_net_exit(CbxState *s)
{
    if (s->nic) {
        qemu_del_nic(s->nic);
        s->nic = NULL;
    }
}

static const Property cbx_net_property_list[] = {
    DEFINE_NIC_PROPERTIES(CbxState, nic_conf),
};

void cbx_net_properties(ObjectClass *oc)
{
    device_class_set_props(DEVICE_CLASS(oc), cbx_net_property_list);
    set_bit(DEVICE_CATEGORY_NETWORK, DEVICE_CLASS(oc)->categories);
}
