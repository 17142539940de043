/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#include <string.h>

Stream *stream_new(void)
{
    Stream *stream = g_new0(Stream, 1);

    stream->driver = DRIVER;
    stream->text = g_string_new(NULL);
    return stream;
}

void stream_free(Stream *stream)
{
    g_string_free(stream->text, TRUE);
    g_free(stream);
}

void stream_record(Stream *stream, const char *type, const char *fields)
{
    g_string_append_printf(stream->text,
                           "{\"type\":\"%s\",\"seq\":%u,\"time_ns\":%u%s%s}\n",
                           type, stream->seq, 1000 * stream->seq,
                           *fields ? "," : "", fields);
    stream->seq++;
}

void stream_device(Stream *stream, const char *iommu)
{
    g_autofree char *model =
        stream->coherence ? g_strdup_printf("\"coherence\":\"%s\",",
                                            stream->coherence)
                          : g_strdup("");
    g_autofree char *fields = g_strdup_printf(
        "\"schema\":1,\"abi\":\"1.0\",\"iommu\":\"%s\",%s\"addr_bits\":64,"
        "\"mem_size\":1048576,\"seed\":\"0x5eed\",\"faults\":[]", iommu,
        model);

    stream_record(stream, "device", fields);
}

void stream_declare(Stream *stream, guint id, const char *api,
                    const char *iommu, const char *facts)
{
    const char *type = stream->memory_type ? stream->memory_type : "WB";
    g_autofree char *fields = g_strdup_printf(
        "\"event\":\"declare\",\"id\":%u,\"api\":\"%s\",\"element\":0,"
        "\"va\":\"0xffff800000100000\",\"logical\":\"0xffffe000\","
        "\"length\":8192,\"min\":\"0x0\",\"max\":\"0xffffffff\",\"align\":0,"
        "\"cache\":\"cached\",\"node\":\"any\",\"status\":\"ok\","
        "\"gpa\":\"0x1f42000\",\"pages\":2,\"pages_ok\":2,"
        "\"first_bad\":null,\"facts\":[%s],\"iommu\":\"%s\","
        "\"xxh64\":\"0x0\",\"memory_type\":\"%s\"", id, api, facts, iommu,
        type);

    stream_record(stream, "buffer", fields);
}

void stream_finding(Stream *stream, guint buffer, const char *finding,
                    guint64 gpa, const char *last)
{
    g_autofree char *fields = g_strdup_printf(
        "\"finding\":\"%s\",\"buffer\":%u,\"gpa\":\"0x%" G_GINT64_MODIFIER
        "x\",\"length\":64,\"last\":\"%s\",\"pc\":\"%s\","
        "\"missing\":\"clean before the transfer\"", finding, buffer, gpa,
        last, strcmp(last, "none") == 0 ? "0x0" : "0xffff800012345678");

    stream_record(stream, "coherence", fields);
}

void stream_release(Stream *stream, guint id)
{
    g_autofree char *fields =
        g_strdup_printf("\"event\":\"release\",\"id\":%u", id);

    stream_record(stream, "buffer", fields);
}

void stream_result(Stream *stream, const char *driver, const char *api,
                   const char *check, const char *verdict, const char *buffer)
{
    g_autofree char *tail = buffer ? g_strdup_printf(",\"buffer\":\"%s\"",
                                                     buffer)
                                   : g_strdup("");
    g_autofree char *fields = g_strdup_printf(
        "\"driver\":\"%s\",\"api\":\"%s\",\"variant\":\"8 KiB\","
        "\"check\":\"%s\",\"verdict\":\"%s\",\"expected\":\"so\","
        "\"seen\":\"so\",\"source\":\"wdm.h\"%s",
        driver, api, check, verdict, tail);

    stream_record(stream, "result", fields);
}

void stream_start(Stream *stream, const char *driver)
{
    g_autofree char *fields =
        g_strdup_printf("\"driver\":\"%s\",\"guest\":\"test\"", driver);

    stream_record(stream, "start", fields);
}

void stream_end(Stream *stream, const char *driver, const char *verdict)
{
    g_autofree char *fields =
        g_strdup_printf("\"driver\":\"%s\",\"verdict\":\"%s\"", driver,
                        verdict);

    stream_record(stream, "end", fields);
}

void stream_call(Stream *stream, guint id, const char *api, const char *iommu,
                 const char *facts)
{
    g_autofree char *buffer = g_strdup_printf("%u", id);

    stream_declare(stream, id, api, iommu, facts);
    stream_result(stream, stream->driver, api, "range", "pass", buffer);
    stream_result(stream, stream->driver, api, "integrity-to-device", "pass",
                  buffer);
    stream_result(stream, stream->driver, api, "integrity-from-device", "pass",
                  buffer);
    stream_release(stream, id);
}

void stream_head(Stream *stream)
{
    stream_device(stream, "intel-iommu");
    stream_start(stream, stream->driver);
}

void stream_calls(Stream *stream)
{
    stream_call(stream, 1, "AllocateCommonBuffer", "intel-iommu", FACTS_VTD);
    stream_call(stream, 2, "AllocateCommonBufferEx", "intel-iommu",
                FACTS_VTD);
    stream_call(stream, 3, "AllocateCommonBufferVector", "intel-iommu",
                FACTS_VTD);
}

void stream_tail(Stream *stream)
{
    stream_end(stream, stream->driver, "pass");
    stream_result(stream, CBX_STAND_IN, "", "everything-returned", "pass",
                  NULL);
    stream_end(stream, CBX_STAND_IN, "pass");
}

Stream *stream_good(void)
{
    Stream *stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream_tail(stream);
    return stream;
}

Stream *stream_of(const char *driver, const char *apis)
{
    g_auto(GStrv) api = g_strsplit(apis, " ", -1);
    Stream *stream = stream_new();

    stream->driver = driver;
    stream_head(stream);
    for (guint i = 0; *apis && api[i]; i++) {
        stream_call(stream, i + 1, api[i], "intel-iommu", FACTS_VTD);
    }
    stream_tail(stream);
    return stream;
}

CbxPort *stream_add(const Stream *stream, CbxReport *report)
{
    CbxPort *port = cbx_report_add_port(report, stream->driver);

    cbx_report_feed(port, stream->text->str, stream->text->len);
    return port;
}

CbxReport *stream_report(const Stream *stream)
{
    CbxReport *report = cbx_report_new();

    stream_add(stream, report);
    cbx_report_close(report);
    return report;
}

CbxOptions *options_of(const char *arguments)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    g_autoptr(GError) error = NULL;
    CbxOptions *options = cbx_options_parse(words, &error);

    g_assert_no_error(error);
    return options;
}

char *arguments_for_calls(const char *arguments)
{
    return strstr(arguments, "--api")
           ? g_strdup(arguments)
           : g_strconcat("--api AllocateCommonBuffer,AllocateCommonBufferEx,"
                         "AllocateCommonBufferVector",
                         *arguments ? " " : "", arguments, NULL);
}

CbxJudgement *judge_report(CbxReport *report, const char *arguments,
                           CbxEnding ending, int status)
{
    g_autofree char *complete = arguments_for_calls(arguments);
    g_autoptr(CbxOptions) options = options_of(complete);
    g_autoptr(CbxProcess) process = g_new0(CbxProcess, 1);

    process->messages = g_string_new(NULL);
    process->ending = ending;
    process->exit_status = status;
    if (ending == CBX_ENDING_INTERRUPTED) {
        process->interrupt = 2;
    }
    return cbx_judge(options, report, process);
}

CbxJudgement *judge(const Stream *stream, const char *arguments,
                    CbxEnding ending, int status)
{
    g_autoptr(CbxReport) report = stream_report(stream);
    CbxJudgement *judgement = judge_report(report, arguments, ending, status);

    for (guint i = 0; i < judgement->findings->len; i++) {
        CbxResult *r = g_ptr_array_index(judgement->findings, i);

        r->port = NULL;
        r->buffer = NULL;
    }
    return judgement;
}

const CbxResult *finding(const CbxJudgement *judgement, const char *check)
{
    for (guint i = 0; i < judgement->findings->len; i++) {
        const CbxResult *r = g_ptr_array_index(judgement->findings, i);

        if (r->outcome == CBX_OUTCOME_FAIL && strcmp(r->check, check) == 0) {
            return r;
        }
    }
    return NULL;
}
