/* SPDX-License-Identifier: MIT */
#include "core/caches.h"

#include "cbx/abi.h"

static void flush(const CbxDevice *dev, const CbxBuffer *buffer,
                  uint64_t offset, uint64_t length, bool read)
{
    dev->world->ops->flush(dev->world->context, buffer->va + offset, length,
                           read);
}

bool cbx_caches_override(const CbxBuffer *buffer)
{
    return buffer->api == CBX_API_CREATE_COMMON_BUFFER_FROM_MDL ||
           (buffer->api == CBX_API_ALLOCATE_WITH_BOUNDS &&
            buffer->cache != CBX_CACHE_DEFAULT);
}

bool cbx_caches_matter(const CbxDevice *dev, const CbxBuffer *buffer)
{
    return dev->features & CBX_FEATURE_NON_COHERENT &&
           cbx_caches_override(buffer) && buffer->cache == CBX_CACHE_CACHED;
}

void cbx_caches_before_read(const CbxDevice *dev, const CbxBuffer *buffer,
                            uint64_t offset, uint64_t length)
{
    if (cbx_caches_matter(dev, buffer) &&
        !(dev->run_faults & CBX_DRIVER_FAULT_OMIT_CLEAN)) {
        flush(dev, buffer, offset, length, false);
    }
}

/* A line that is clean is not written back: more is not needed yet. */
void cbx_caches_before_write(const CbxDevice *dev, const CbxBuffer *buffer,
                             uint64_t offset, uint64_t length)
{
    if (cbx_caches_matter(dev, buffer)) {
        flush(dev, buffer, offset, length,
              dev->run_faults & CBX_DRIVER_FAULT_INVALIDATE_EARLY);
    }
}

void cbx_caches_after_write(const CbxDevice *dev, const CbxBuffer *buffer,
                            uint64_t offset, uint64_t length)
{
    if (cbx_caches_matter(dev, buffer) &&
        !(dev->run_faults & (CBX_DRIVER_FAULT_OMIT_INVALIDATE |
                             CBX_DRIVER_FAULT_INVALIDATE_EARLY))) {
        flush(dev, buffer, offset, length, true);
    }
}
