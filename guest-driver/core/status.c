/* SPDX-License-Identifier: MIT */
#include "core/status.h"

#include "cbx/abi.h"

const char *cbx_status_text(uint32_t status)
{
    static const struct {
        uint32_t status;
        const char *text;
    } texts[] = {
#define ENTRY(n, id, text) { n, text },
        CBX_STATUS_LIST(ENTRY)
        CBX_CORE_STATUS_LIST(ENTRY)
#undef ENTRY
    };

    for (uint32_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].status == status) {
            return texts[i].text;
        }
    }
    return "status unknown to this driver";
}
