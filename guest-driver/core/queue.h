/* SPDX-License-Identifier: MIT */
/* A ring of descriptors and the ring of their completions. */
#ifndef CBX_CORE_QUEUE_H
#define CBX_CORE_QUEUE_H

#include "cbx/abi.h"
#include "core/device.h"

/* Interrupts without a completion before one is taken for lost. */
#define CBX_QUEUE_FRUITLESS_MAX 3u

typedef struct CbxQueue {
    CbxDevice *dev;
    uint32_t number;
    uint32_t vector;
    uint64_t logical;           /* of the rings */
    uint32_t entries;
    uint32_t timeout_ms;        /* for one operation */
    volatile uint8_t *ring;     /* descriptors */
    volatile uint8_t *cq;       /* completions */
    uint32_t tail;
    uint32_t cq_head;
    uint32_t phase;
    uint32_t next_id;
    bool flushes;               /* the rings: caches.h */
    bool broken;                /* the device did not keep to the protocol */
} CbxQueue;

/* Bytes of shared memory for both rings, which lie one behind the other. */
uint64_t cbx_queue_bytes(uint32_t entries);

/*
 * Puts both rings at the start of a buffer of at least
 * cbx_queue_bytes(entries), 64-aligned for the device and for the CPU, and
 * enables the queue with an MSI-X vector. CBX_STATUS_BAD_RINGS, or what the
 * device says.
 */
uint32_t cbx_queue_start(CbxQueue *queue, CbxDevice *dev, uint32_t number,
                         uint32_t vector, const CbxBuffer *buffer,
                         uint32_t entries, uint32_t timeout_ms);

/* Disables the queue: afterwards the device does not touch the rings. */
void cbx_queue_stop(CbxQueue *queue);

/* Starts a stopped queue again, where it was. */
uint32_t cbx_queue_restart(CbxQueue *queue);

/*
 * Many descriptors at a time: post puts one into the ring and returns its id,
 * submit rings the doorbell for all that were put there, take gets the next
 * completion if there is one, give_back rings the doorbell for all that were
 * taken. No more than entries - 1 may be under way.
 */
uint32_t cbx_queue_post(CbxQueue *queue, const CbxDescriptor *descriptor,
                        uint8_t flags);
void cbx_queue_submit(CbxQueue *queue);
bool cbx_queue_take(CbxQueue *queue, CbxCompletion *completion);
void cbx_queue_give_back(CbxQueue *queue);

/* Not OK when the device has stopped the queue. */
uint32_t cbx_queue_status(const CbxQueue *queue);

/* Has the device written the completion that is taken next? */
bool cbx_queue_is_ready(const CbxQueue *queue);

/*
 * Executes one descriptor and waits for its interrupt. `id` and `flags` of the
 * descriptor are set here. Returns the completion's status. When the queue has
 * stopped, its status, and else TIMEOUT, NO_INTERRUPT, NO_COMPLETION or
 * BAD_COMPLETION: then queue->broken is set and the run has to end.
 * `completion` may be NULL.
 */
uint32_t cbx_queue_run(CbxQueue *queue, const CbxDescriptor *descriptor,
                       CbxCompletion *completion);

#endif /* CBX_CORE_QUEUE_H */
