/* SPDX-License-Identifier: MIT */
/*
 * The video port's declarations, their layouts asserted. A video miniport
 * imports from videoprt.sys alone, so the kernel's headers are not here.
 */
#ifndef CBX_VIDEO_VP_H
#define CBX_VIDEO_VP_H

#include <ntdef.h>
#include <windef.h>
#include <ddk/dderror.h>
#include <devioctl.h>
#include <ddk/miniport.h>
#include <ddk/video.h>

#include <driverspecs.h>

#define VP_ASSERT(expression) _Static_assert(expression, #expression)

/* On 64-bit systems, on 32-bit ones. */
#define VP_AT(type, member, off64, off32) \
    _Static_assert(FIELD_OFFSET(type, member) == \
                   (sizeof(void *) == 8 ? (off64) : (off32)), \
                   #type "." #member " is misplaced")
#define VP_SIZE(type, size64, size32) \
    _Static_assert(sizeof(type) == (sizeof(void *) == 8 ? (size64) : (size32)),\
                   #type " has the wrong size")

VP_SIZE(VIDEO_HW_INITIALIZATION_DATA, 0x90, 0x54);
VP_AT(VIDEO_HW_INITIALIZATION_DATA, HwDeviceExtensionSize, 0x28, 0x18);
VP_AT(VIDEO_HW_INITIALIZATION_DATA, HwStartDma, 0x40, 0x28);
VP_AT(VIDEO_HW_INITIALIZATION_DATA, Reserved, 0x8c, 0x50);
VP_SIZE(VIDEO_PORT_CONFIG_INFO, 0x80, 0x70);
VP_AT(VIDEO_PORT_CONFIG_INFO, Master, 0x4a, 0x42);
VP_AT(VIDEO_PORT_CONFIG_INFO, VideoPortGetProcAddress, 0x68, 0x60);
VP_SIZE(VIDEO_ACCESS_RANGE, 16, 16);
VP_SIZE(VP_DEVICE_DESCRIPTION, 8, 8);
VP_SIZE(VIDEO_REQUEST_PACKET, 48, 24);
VP_SIZE(STATUS_BLOCK, 16, 8);
VP_SIZE(VIDEO_MODE_INFORMATION, 80, 80);

#endif /* CBX_VIDEO_VP_H */
