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

VP_ASSERT(sizeof(VIDEO_HW_INITIALIZATION_DATA) == 0x90);
VP_ASSERT(FIELD_OFFSET(VIDEO_HW_INITIALIZATION_DATA, HwDeviceExtensionSize) ==
          0x28);
VP_ASSERT(FIELD_OFFSET(VIDEO_HW_INITIALIZATION_DATA, HwStartDma) == 0x40);
VP_ASSERT(FIELD_OFFSET(VIDEO_HW_INITIALIZATION_DATA, Reserved) == 0x8c);
VP_ASSERT(sizeof(VIDEO_PORT_CONFIG_INFO) == 0x80);
VP_ASSERT(FIELD_OFFSET(VIDEO_PORT_CONFIG_INFO, Master) == 0x4a);
VP_ASSERT(FIELD_OFFSET(VIDEO_PORT_CONFIG_INFO, VideoPortGetProcAddress) ==
          0x68);
VP_ASSERT(sizeof(VIDEO_ACCESS_RANGE) == 16);
VP_ASSERT(sizeof(VP_DEVICE_DESCRIPTION) == 8);
VP_ASSERT(sizeof(VIDEO_REQUEST_PACKET) == 48);
VP_ASSERT(sizeof(STATUS_BLOCK) == 16);
VP_ASSERT(sizeof(VIDEO_MODE_INFORMATION) == 80);

#endif /* CBX_VIDEO_VP_H */
