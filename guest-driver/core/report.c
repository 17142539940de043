/* SPDX-License-Identifier: MIT */
#include "core/report.h"

#include "cbx/abi.h"
#include "core/text.h"

/* Bytes on their way to the port, eight at a time. */
typedef struct Record {
    const CbxWorld *world;
    uint64_t word;
    unsigned count;
} Record;

static void put_byte(Record *record, uint8_t byte)
{
    record->word |= (uint64_t)byte << 8 * record->count++;
    if (record->count == 8) {
        record->world->ops->write64(record->world->context,
                                    CBX_REG_REPORT_DATA, record->word);
        record->word = 0;
        record->count = 0;
    }
}

static void put_string(Record *record, const char *string)
{
    do {
        put_byte(record, (uint8_t)*string);
    } while (*string++);
}

static void put_field(Record *record, const char *key, const char *value)
{
    put_string(record, key);
    put_string(record, value);
}

static void commit(Record *record, CbxReport *report, uint32_t kind)
{
    const CbxWorldOps *ops = record->world->ops;
    void *context = record->world->context;

    for (unsigned i = 0; i < record->count; i++) {
        ops->write8(context, CBX_REG_REPORT_DATA,
                    (uint8_t)(record->word >> 8 * i));
    }
    ops->write32(context, CBX_REG_REPORT_COMMIT, kind);
    if (ops->read32(context, CBX_REG_REPORT_STATUS) != CBX_STATUS_OK) {
        report->refused++;
    }
}

static const char *verdict_name(CbxVerdict verdict)
{
    switch (verdict) {
    case CBX_PASS:
        return "pass";
    case CBX_SKIP:
        return "skip";
    default:
        return "fail";
    }
}

const char *cbx_report_api_name(uint32_t api)
{
    static const char *const names[CBX_API_END] = {
#define ENTRY(n, id, name) [n] = name,
        CBX_API_LIST(ENTRY)
#undef ENTRY
    };

    return api < CBX_API_END && names[api] ? names[api] : "unknown call";
}

void cbx_report_start(CbxReport *report, const CbxWorld *world,
                      const char *driver, const char *guest)
{
    Record record = { .world = world };
    uint32_t state;

    report->world = world;
    report->driver = driver;
    report->passed = 0;
    report->failed = 0;
    report->skipped = 0;
    report->refused = 0;
    report->spoilt = false;
    report->keep = 0;

    state = world->ops->report_lock(world->context);
    put_field(&record, "driver", driver);
    put_field(&record, "guest", guest);
    commit(&record, report, CBX_REPORT_START);
    world->ops->report_unlock(world->context, state);
}

void cbx_report_text(CbxReport *report, const char *level, const char *text)
{
    const CbxWorld *world = report->world;
    Record record = { .world = world };
    uint32_t state;

    state = world->ops->report_lock(world->context);
    put_field(&record, "level", level);
    put_field(&record, "text", text);
    commit(&record, report, CBX_REPORT_TEXT);
    world->ops->report_unlock(world->context, state);
}

void cbx_report_result(CbxReport *report, const CbxResult *result)
{
    const CbxWorld *world = report->world;
    Record record = { .world = world };
    uint32_t state;

    switch (result->verdict) {
    case CBX_PASS:
        report->passed++;
        break;
    case CBX_SKIP:
        report->skipped++;
        break;
    default:
        report->failed++;
        break;
    }

    state = world->ops->report_lock(world->context);
    put_field(&record, "driver", report->driver);
    put_field(&record, "api", result->api);
    put_field(&record, "variant", result->variant);
    put_field(&record, "check", result->check);
    put_field(&record, "verdict", verdict_name(result->verdict));
    put_field(&record, "expected", result->expected);
    put_field(&record, "seen", result->seen);
    put_field(&record, "source", result->source);
    if (result->has_buffer) {
        char digits[12];
        CbxText text;

        cbx_text_init(&text, digits, sizeof(digits));
        cbx_text_dec(&text, result->buffer);
        put_field(&record, "buffer", digits);
    }
    commit(&record, report, CBX_REPORT_RESULT);
    world->ops->report_unlock(world->context, state);
    if (report->keep) {
        report->keep(report->keep_context, result);
    }
}

void cbx_report_keep(CbxReport *report, CbxReportKeep *keep, void *context)
{
    report->keep_context = context;
    report->keep = keep;
}

void cbx_report_spoil(CbxReport *report)
{
    report->spoilt = true;
}

bool cbx_report_good(const CbxReport *report)
{
    return report->passed && !report->failed && !report->refused &&
           !report->spoilt;
}

void cbx_report_end(CbxReport *report)
{
    const CbxWorld *world = report->world;
    Record record = { .world = world };
    uint32_t state;

    state = world->ops->report_lock(world->context);
    put_field(&record, "driver", report->driver);
    put_field(&record, "verdict",
              verdict_name(cbx_report_good(report) ? CBX_PASS : CBX_FAIL));
    commit(&record, report, CBX_REPORT_END);
    world->ops->report_unlock(world->context, state);
}
