/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of `cbx run`.
 */
#ifndef CBX_CLI_OPTIONS_H
#define CBX_CLI_OPTIONS_H

#include <glib.h>

#include "catalog.h"
#include "checks.h"

/* Errors of the command, as it ends with them: the values are exit codes. */
typedef enum CbxError {
    CBX_ERROR_USAGE = 2,        /* the command line makes no sense */
    CBX_ERROR_ENVIRONMENT = 3,  /* something needed is not there */
} CbxError;

#define CBX_ERROR (cbx_error_quark())
GQuark cbx_error_quark(void);

/* Seconds a run may take; a usual one takes three. */
#define CBX_TIMEOUT_DEFAULT 60.0
#define CBX_TIMEOUT_MAX     86400.0

#define CBX_REPEAT_MAX 1000000

typedef struct CbxOptions {
    const CbxArch *arch;
    const CbxIommu *iommu;
    gboolean noncoherent;  /* DMA does not snoop, and firmware says so */
    const char *coherence; /* model of the caches: a value of the device's
                              property, "auto" if nobody asked */
    GPtrArray *drivers;    /* const CbxDriver *: those that are run */
    CbxDriver *brought;    /* the user's own; then drivers has only this */
    char *driver_path;     /* its file, or NULL; then there is one driver */
    char *device;          /* a further -device argument, or NULL */
    char *device_id;       /* "1234:11e8": device of the driver, or NULL */
    GPtrArray *calls;      /* const CbxCall *; empty: all that a driver runs */
    GPtrArray *faults;     /* const CbxFault * */
    GPtrArray *checks;     /* const CbxCheck *; empty: all are judged */
    guint repeat;          /* runs to make at most */
    double timeout;        /* seconds */
    gboolean verbose;
    gboolean tap;
    gboolean timing;
    gboolean has_seed;
    guint64 seed;
    char *json;            /* file for the result, or NULL */
    char *junit;           /* likewise, as JUnit XML */
    char *keep;            /* directory for the raw streams, or NULL */
    char *screendump;      /* directory for pictures of the screen, or NULL */
    char *build_dir;
    char *qemu;            /* NULL: the one of the build */
    char *guest_dir;       /* NULL: the one of the build */
} CbxOptions;

/*
 * Reads the arguments after "run" (without it; NULL-terminated, consumed).
 * On error returns NULL and sets @error (CBX_ERROR_USAGE) to a message that
 * names the argument and what is accepted instead.
 */
CbxOptions *cbx_options_parse(char **arguments, GError **error);
void cbx_options_free(CbxOptions *options);

/* Lists the options of `cbx run`, ready to print. Free with g_free(). */
char *cbx_options_help(void);

/* The drivers that are run, with commas. Free with g_free(). */
char *cbx_options_driver_names(const CbxOptions *options);

/* What the devices' model of the caches is to be: "off", "on", "audit". */
const char *cbx_options_coherence(const CbxOptions *options);

/* Is check @name to be judged? */
gboolean cbx_options_judges(const CbxOptions *options, const char *name);

/* Is call @number (CBX_API_*) to be run by @driver? */
gboolean cbx_options_selects(const CbxOptions *options,
                             const CbxDriver *driver, guint number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxOptions, cbx_options_free)

#endif
