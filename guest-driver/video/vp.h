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

/* On x64, on x86. */
#ifdef _WIN64
#define VP_SIZES(x64, x86) (x64)
#else
#define VP_SIZES(x64, x86) (x86)
#endif

VP_ASSERT(sizeof(VIDEO_HW_INITIALIZATION_DATA) == VP_SIZES(0x90, 0x54));
VP_ASSERT(FIELD_OFFSET(VIDEO_HW_INITIALIZATION_DATA, HwDeviceExtensionSize) ==
          VP_SIZES(0x28, 0x18));
VP_ASSERT(FIELD_OFFSET(VIDEO_HW_INITIALIZATION_DATA, HwStartDma) ==
          VP_SIZES(0x40, 0x28));
VP_ASSERT(FIELD_OFFSET(VIDEO_HW_INITIALIZATION_DATA, Reserved) ==
          VP_SIZES(0x8c, 0x50));
VP_ASSERT(sizeof(VIDEO_PORT_CONFIG_INFO) == VP_SIZES(0x80, 0x70));
VP_ASSERT(FIELD_OFFSET(VIDEO_PORT_CONFIG_INFO, VideoPortGetProcAddress) ==
          VP_SIZES(0x68, 0x60));
VP_ASSERT(sizeof(VIDEO_ACCESS_RANGE) == 16);
VP_ASSERT(sizeof(VP_DEVICE_DESCRIPTION) == 8);
VP_ASSERT(sizeof(VIDEO_REQUEST_PACKET) == VP_SIZES(48, 24));
VP_ASSERT(sizeof(STATUS_BLOCK) == VP_SIZES(16, 8));
VP_ASSERT(sizeof(VIDEO_MODE_INFORMATION) == 80);

#endif /* CBX_VIDEO_VP_H */
