/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names a user can give: calls, faults, guests' drivers, architectures,
 * IOMMUs. One table each; the rest of the command looks here.
 */
#ifndef CBX_CLI_CATALOG_H
#define CBX_CLI_CATALOG_H

#include <glib.h>

/* A documented call that hands out common buffers. */
typedef struct CbxCall {
    guint number;        /* CBX_API_* of abi.h */
    const char *name;
} CbxCall;

/* A driver of the guest and the calls it exercises. */
typedef struct CbxDriver {
    const char *name;    /* file in the guest, and "driver" in its records */
    const guint *calls;  /* CBX_API_*, ends with CBX_API_NONE */
    const char *device;  /* QEMU's type of the CBX device in its machine */
} CbxDriver;

/* Where a fault is injected. */
typedef enum CbxFaultPlace {
    CBX_FAULT_IN_DEVICE, /* property "faults" of the device */
    CBX_FAULT_IN_DRIVER, /* property "driver-faults": the driver obeys it */
    CBX_FAULT_IN_GUEST,  /* parameter "fault" of the stand-in host */
    CBX_FAULT_IN_FIRMWARE, /* what the machine says of itself */
} CbxFaultPlace;

typedef struct CbxFault {
    const char *name;
    CbxFaultPlace place;
    const char *help;
} CbxFault;

/* How a guest architecture is started. */
typedef struct CbxArch {
    const char *name;    /* of --arch, and directory below guest/ */
    const char *emulator;
    const char *machine;
    const char *noncoherent; /* option of the machine; NULL: cannot be */
    const char *cpu;
    const char *kernel;  /* files in the guest directory */
    const char *initrd;
    const char *firmware; /* there, too; NULL: QEMU's own */
    const char *append;  /* kernel command line of every run */
    const char *iommu;   /* the one that is chosen by default */
    const char *magic;   /* at magic_at of the kernel */
    unsigned magic_at;
} CbxArch;

/* What stands between the device and memory. */
typedef struct CbxIommu {
    const char *name;    /* of --iommu */
    const char *arch;
    const char *type;    /* what the device reports: a QOM type, or "none" */
    const char *title;   /* for people */
    const char *device;  /* -device argument, or NULL */
    const char *machine; /* property of -machine, or NULL */
    const char *append;  /* kernel command line, or NULL */
} CbxIommu;

/* Most drivers of one run: there is a report stream for each. */
#define CBX_DRIVERS_MAX 8

/* Each table ends with an entry whose first pointer (name) is NULL. */
extern const CbxCall cbx_calls[];
extern const CbxFault cbx_faults[];
extern const CbxDriver cbx_drivers[];
extern const CbxArch cbx_archs[];
extern const CbxIommu cbx_iommus[];

/* By exact name; NULL when there is none. */
const CbxCall *cbx_call_find(const char *name);
const CbxFault *cbx_fault_find(const char *name);
const CbxArch *cbx_arch_find(const char *name);
/* Also without what all names have in common: "kmdf" for cbxkmdf.sys. */
const CbxDriver *cbx_driver_find(const char *name);

/* The IOMMU called @name on architecture @arch; NULL when there is none. */
const CbxIommu *cbx_iommu_find(const char *arch, const char *name);
gboolean cbx_iommu_translates(const CbxIommu *iommu);

/* Name of call @number (CBX_API_*), or NULL. */
const char *cbx_call_name(guint number);

/* Does @driver exercise call @number? */
gboolean cbx_driver_runs(const CbxDriver *driver, guint number);

/* The driver that exercises call @number; NULL when this build has none. */
const CbxDriver *cbx_driver_for(guint number);

/*
 * The entry of the NULL-terminated @names that looks most like @word, letter
 * case aside; NULL when none is near enough to be what was meant.
 */
const char *cbx_nearest(const char *word, const char *const *names);

#endif
