# SPDX-License-Identifier: GPL-2.0-or-later
"""How each case of the stand-in's tests must end."""

# Case of nttest.sys, code of the bug check, what its text must hold. All of
# them in one boot, in which a bug check ends a thread.
VIOLATIONS = [
    ('dma-double-free', '0x000000E6', '(0x3, 0x1,'),
    ('dma-overrun', '0x000000E6', '(0xf, 0x5, '),
    ('dma-put-with-buffer', '0x000000E6', '(0x7,'),
    ('dma-use-after-put', '0x000000E6', '(0x18,'),
    ('dma-at-dispatch', '0x000000E6', '(0x13, 0x1, 0x0, 0x2)'),
    ('dma-bad-version', '0x000000E6', '(0x25, 0x4,'),
    ('bounds-at-dispatch', '0x000000E6', '(0x13, 0x1, 0x0, 0x2)'),
    ('domain-at-dispatch', '0x000000E6', '(0x13, 0x1, 0x0, 0x2)'),
    ('domain-leak', '0x000000E6', '(0x7,'),
    ('hal-double-free', '0x000000E6', '(0x3, 0x1,'),
    ('mdl-at-dispatch', '0x000000E6', '(0x13, 0x1, 0x0, 0x2)'),
    ('mdl-leak', '0x000000E6', '(0x7,'),
    ('dma-wrong-length', '0x000000E6', '(0xcb01, 0xfff, '),
    ('dma-wrong-logical', '0x000000E6', '(0xcb01, 0x1000, '),
    ('dma-wrong-cache', '0x000000E6', '(0xcb01, 0x1000, '),
    ('dma-wrong-address', '0x000000E6', '(0x3, 0x1,'),
    ('dma-null-adapter', '0x000000E6', '(0x19,'),
    ('bounds-wrong-cache', '0x000000E6', '(0xcb01, 0x1000, '),
    ('hal-get-adapter', '0x000000E6', '(0x1e,'),
    ('list-put-twice', '0x000000E6', '(0x6, 0x1, 0x2,'),
    ('list-leak', '0x000000E6', '(0xa, '),
    ('list-wrong-direction', '0x000000E6', '(0xcb02, 0x0,'),
    ('list-at-passive', '0x000000E6', '(0x13, 0x1, 0x2, 0x0)'),
    ('channel-twice', '0x000000E6', '(0xb, 0x1,'),
    ('channel-leak', '0x000000E6', '(0x8, '),
    ('channel-freed-twice', '0x000000E6', '(0x4, 0x1,'),
    ('registers-too-many', '0x000000E6', '(0xc, 0x12, 0x11,'),
    ('registers-leak', '0x000000E6', '(0x9, '),
    ('registers-twice', '0x000000E6', '(0x5, 0x3,'),
    ('registers-mapped', '0x000000E6', '(0x10, 0x3,'),
    ('flush-not-mapped', '0x000000E6', '(0x16, '),
    ('flush-wrong-direction', '0x000000E6', '(0xcb02, 0x0,'),
    ('flush-buffer-not-mapped', '0x000000E6', '(0x16, '),
    ('flush-buffer-wrong-direction', '0x000000E6', '(0xcb02, 0x1,'),
    ('map-twice', '0x000000E6', '(0x1d, 0x64, 0xc8, 0x0)'),
    ('map-too-much', '0x000000E6', '(0xc, 0x3, 0x1,'),
    ('map-empty', '0x000000E6', '(0x21,'),
    ('map-before', '0x000000E6', '(0x1f, 0x1,'),
    ('map-after', '0x000000E6', '(0x1f, 0x2,'),
    ('map-too-long', '0x000000E6', '(0x1f, 0x3,'),
    ('map-not-locked', '0x000000E6', '(0xe, '),
    ('map-without-registers', '0x000000E6', '(0xcb03, '),
    ('contiguous-twice', '0x000000C4', '(0x10,'),
    ('vector-index', '0x000001DC', '(0x3, 0x3, 0x3,'),
    ('vector-twice', '0x000001DC', '(0x4, 0x1,'),
    ('vector-leak', '0x000001DC', '(0x5,'),
    ('pool-overrun', '0x000000C4', '(0x52,'),
    ('pool-double-free', '0x000000C4', '(0x10,'),
    ('pool-paged-at-dispatch', '0x000000C4', '(0x1, 0x2,'),
    ('wait-at-dispatch', '0x000000C4', '(0x121, 0x2,'),
    ('lock-not-held', '0x000000C4', '(0x32, 0x0,'),
    ('vector-used-after-free', '0x000000E6', '(0x3, 0x1,'),
    ('vector-at-dispatch', '0x000001DC', '(0x1, 0x2,'),
    ('vector-other-adapter', '0x000000E6', '(0x3, 0x1,'),
    ('dma-version-3-of-2', '0x000000E6', '(0xcb04, '),
    ('dma-version-2-of-1', '0x000000E6', '(0xcb04, '),
    ('pool-empty', '0x000000C4', '(0x0, 0x0, 0x0,'),
    ('pool-at-high', '0x000000C4', '(0x2, 0x3, 0x0, 0x14)'),
    ('pool-freed-high', '0x000000C4', '(0x12, 0x3, 0x0,'),
    ('pool-paged-freed-at-dispatch', '0x000000C4', '(0x11, 0x2, 0x1,'),
    ('pool-other-tag', '0x000000C2', '(0xa, '),
    ('wait-at-high', '0x000000C4', '(0x120, 0x3,'),
    ('wait-timeout-at-dispatch', '0x000000C4', '(0x122, 0x2,'),
    ('wait-no-object', '0x000000C4', '(0xe1,'),
    ('wait-too-many', '0x0000000C', '(0x4,'),
    ('event-at-high', '0x000000C4', '(0x80, 0x3,'),
    ('lock-at-high', '0x000000C4', '(0x42, 0x3,'),
    ('lock-at-dpc-passive', '0x000000C4', '(0x40, 0x0,'),
    ('lock-from-dpc-passive', '0x000000C4', '(0x41, 0x0,'),
    ('lock-twice', '0x0000000F', 'taken twice'),
    ('lock-not-owned', '0x00000010', 'nobody holds'),
    ('lock-raises', '0x000000C4', '(0x31, 0x2, 0x3,'),
    ('map-io-at-high', '0x000000C4', '(0x73, 0x3,'),
    ('dpc-not-initialized', '0x000000C4', '(0xe1,'),
    ('thread-dereferenced', '0x00000018', 'too often'),
    ('remove-lock-released', '0x000000C4', '(0xd5,'),
    ('irp-completed-twice', '0x00000044', 'completed twice'),
    ('irp-completed-pending', '0x000000C9', '(0x6, 0x103,'),
    ('irp-no-stack', '0x00000035', 'without a stack location'),
    ('irp-no-irp', '0x000000C9', '(0x3,'),
    ('irp-no-device', '0x000000C9', '(0x4,'),
    ('irp-freed-twice', '0x000000C9', '(0x1,'),
    ('completion-raises-irql', '0x000000C4', '(0xfa, '),
    ('dispatch-raises-irql', '0x000000C9', '(0x5, '),
    ('device-deleted-twice', '0x000000C9', 'no device object'),
    ('device-not-attached', '0x000000C9', 'nothing is attached'),
    ('work-queued-twice', '0x000000E4', '(0x1,'),
    ('work-freed-queued', '0x000000C9', 'queued or free'),
    ('mdl-freed-twice', '0x000000C4', '(0x16,'),
    ('unmap-other-size', '0x000000C4', '(0x16,'),
    ('bad-handle', '0x000000C4', '(0x3c, 0x44,'),
    ('interrupt-not-connected', '0x000000C4', 'not connected'),
]

# Highest IRQL that each routine may be called at; it is called one above.
IRQL = {
    0: '''
        IoBuildSynchronousFsdRequest IoConnectInterrupt
        IoConnectInterruptEx IoCreateSymbolicLink IoDeleteSymbolicLink
        IoDisconnectInterrupt IoDisconnectInterruptEx
        IoGetDeviceProperty IoGetDmaAdapter IoInitializeRemoveLockEx
        IoOpenDeviceRegistryKey IoRegisterDeviceInterface
        IoReleaseRemoveLockAndWaitEx IoSetDeviceInterfaceState
        KeFlushQueuedDpcs KeSetPriorityThread
        MmGetSystemRoutineAddress ObReferenceObjectByHandle
        PsCreateSystemThread PsTerminateSystemThread PsGetVersion
       
        RtlCompareUnicodeString
        RtlEqualUnicodeString RtlFreeUnicodeString RtlGetVersion
        ZwClose ZwOpenKey ZwQueryValueKey
    ''',
    1: '''
        IoCreateDevice IoDeleteDevice KeDelayExecutionThread
        KeEnterCriticalRegion KeLeaveCriticalRegion
    ''',
    2: '''
        IoAcquireRemoveLockEx IoAllocateIrp IoAllocateMdl
        IoAllocateWorkItem IoAttachDeviceToDeviceStack IoCancelIrp
        IoDetachDevice IoFreeIrp IoFreeMdl IoFreeWorkItem
        IoGetAttachedDeviceReference IoQueueWorkItem IoQueueWorkItemEx
        IoReleaseRemoveLockEx IoSetCompletionRoutineEx IofCallDriver
        IofCompleteRequest KeCancelTimer KeClearEvent KeReadStateMutex
        KeReadStateTimer KeReleaseMutex KeReleaseSemaphore
        KeResetEvent KeSetTimer KeSetTimerEx
        MmAllocateContiguousMemory MmBuildMdlForNonPagedPool
        MmFreeContiguousMemory MmIsAddressValid
        MmMapLockedPagesSpecifyCache MmUnmapLockedPages
        ObfDereferenceObject ObfReferenceObject PoCallDriver
        PoRequestPowerIrp PoSetPowerState PoStartNextPowerIrp
    ''',
}
VIOLATIONS += [(name, '0x000000C4', f'(0xe5, {highest + 1:#x}, {highest:#x}, ')
               for highest, names in IRQL.items() for name in names.split()]

# Case, code of the crash record, what its text must hold. A boot for each.
CRASHES = [
    ('dma-double-free', '0x000000E6', '(0x3, 0x1,'),
    ('packet-scattered', 'not-provided', 'without ScatterGather'),
    ('dpc-lowers-irql', '0x000000C8', '(0x200,'),
    ('null-write', '0x00000050', 'write of 0x18 at nttest.sys+'),
    ('null-write-at-dispatch', '0x000000D1', '(0x18, 0x2, 0x1, '),
    ('null-event-at-dispatch', '0x0000000A', '(0x4, 0x2, 0x0, '),
    ('shared-time', '0x00000050', 'KUSER_SHARED_DATA'),
    ('code-write', '0x00000050', 'write of'),
    ('init-section', '0x00000050', 'execute of'),
    ('device-deleted-attached', '0x000000C9', 'still attached'),
    ('timer-at-unload', '0x000000CE', '0 DPCs queued and 1 timers set'),
    ('good cbx_nt.fault=nonsense', 'unknown-fault', '"nonsense"'),
    ('good cbx_nt.pnp=nonsense', 'unknown-pnp', 'nonsense'),
    ('good cbx_nt.driver=none.sys', 'bad-image', '/none.sys'),
    ('good cbx_nt.bugcheck=nonsense', 'bad-parameter', 'nonsense'),
    ('good cbx_nt.device=nonsense', 'bad-parameter', 'VENDOR:DEVICE'),
    ('good cbx_nt.device=1234:11e8', 'no-device', '1234:11e8'),
    ('good cbx_nt.interrupts=nonsense', 'bad-parameter', 'message or line'),
]

# Case, check, verdict, what "seen" must hold, in pieces between semicolons. All
# else must pass.
RESULTS = [
    ('mdl-pages-first', 'pages-outlive-buffer', 'fail', 'still are a common'),
    ('dma-leak', 'everything-returned', 'fail', '1 common buffer '),
    ('leak-all', 'everything-returned', 'fail', '; '.join([
        '1 pool allocation ', '1 paged pool allocation ',
        '1 contiguous memory block ', '1 device object ', '1 symbolic link ',
        '1 enabled device interface ', '1 connected interrupt ',
        '1 mapped I/O space ', '1 MDL ', '1 IRP ', '1 work item ',
        '1 running thread ', '1 open handle ', '1 DMA adapter ',
        '1 common buffer ', '1 common buffer vector ',
        '1 map register set ', '1 scatter/gather list '])),
    ('pool-leak', 'everything-returned', 'fail', '1 pool allocation (20 bytes'),
    ('no-such-case', 'driver-started', 'fail', '0xc0000002'),
    ('good', 'driver-started', 'pass', '0x00000000'),
    ('packet intel_iommu=on iommu.strict=1', 'driver-started', 'pass', '0x0'),
    ('good cbx_nt.pnp=surprise', 'surprise-removal', 'pass', '0x0'),
    ('good cbx_nt.pnp=rebalance', 'restarted', 'pass', '0x0'),
    ('good cbx_nt.pnp=power', 'power-up', 'pass', '0x0'),
    ('good cbx_nt.ioctl=0x222000', 'device-control', 'pass',
     '0x00000000, 5 bytes'),
    ('good cbx_nt.ioctl=0x222008', 'information-fits', 'fail', '2049 bytes'),
    ('good cbx_nt.ioctl=0x22200c', 'device-control', 'fail', '0xc0000010'),
    ('good cbx_nt.interrupts=line', 'driver-started', 'pass', '0x0'),
    ('packet-caches', 'driver-started', 'pass', '0x0'),
    ('domain-join intel_iommu=on', 'driver-started', 'pass', '0x00000000'),
]

# Case, how it must end, what the console must say: a user process that has its
# vector registers in use while DPCs and interrupts overwrite them.
CONSOLE = [
    ('vectors cbx_init.vectors', 'pass', r'changed in 0 of [1-9]\d* rounds'),
    ('vectors cbx_init.vectors cbx_nt.keep_vectors=0', 'fail',
     r'changed in [1-9]\d* of \d+ rounds'),
]

# The same of wdftest.sys.
KMDF_CRASHES = [
    ('wdf-null', '0x0000010D', '(0x4, 0x0,'),
    ('wdf-wrong-type', '0x0000010D', '(0x5,'),
    ('wdf-deleted-handle', '0x0000010D', '(0x5,'),
    ('wdf-dereference', '0x0000010D', '(0x7,'),
    ('wdf-callback-irql', '0x0000010D', '(0xe, 0x0, 0x2,'),
    ('wdf-lock-twice', '0x0000010D', '(0x2,'),
    ('wdf-missing', 'not-provided', 'WdfStringCreate (function 308)'),
    ('wdf-overrun', '0x000000E6', '(0xf, 0x5, '),
    ('wdf-good cbx_nt.ioctl=0x222008', '0x0000010D', '(0x5,'),
    ('wdf-good cbx_nt.ioctl=0x22200c', '0x0000010D', '(0xa,'),
]
KMDF_RESULTS = [
    ('wdf-good', 'driver-started', 'pass', '0x00000000'),
    ('wdf-surprise cbx_nt.pnp=surprise', 'surprise-removal', 'pass', '0x0'),
    ('wdf-rebalance cbx_nt.pnp=rebalance', 'restarted', 'pass', '0x0'),
    ('wdf-power cbx_nt.pnp=power', 'power-up', 'pass', '0x0'),
    ('wdf-bind', 'driver-started', 'pass', '0x00000000'),
    ('wdf-good cbx_nt.ioctl=0x222000', 'device-control', 'pass',
     '0x00000000, 5 bytes'),
    ('wdf-good cbx_nt.ioctl=0x222004', 'device-control', 'pass',
     '0x00000000, 7 bytes'),
    ('wdf-good cbx_nt.ioctl=0x222010', 'device-control', 'fail', '0xc00000bb'),
    ('wdf-no-power', 'driver-started', 'fail', '0xc000009e'),
    ('wdf-reference-leak', 'everything-returned', 'fail', '2 framework'),
    ('wdf-at-dispatch', 'wdf-irql', 'fail', 'at IRQL 2'),
    ('wdf-delete-device', 'wdf-cannot-delete', 'fail', 'a WDFDEVICE'),
    ('wdf-small-structure', 'wdf-structure-size', 'fail', 'of 56 bytes'),
]

# The same for cbxwdm.sys, with the words of the kernel command line.
CBXWDM = [
    ('cbx_nt.pnp=surprise', 'surprise-removal', 'pass', '0x0'),
    ('cbx_nt.pnp=rebalance', 'restarted', 'pass', '0x0'),
    ('cbx_nt.pnp=power', 'power-up', 'pass', '0x0'),
    ('cbx_nt.pnp=program', 'program', 'pass', '0xc0000120'),
    ('cbx_nt.pnp=program cbx_nt.parameters=RunAtStart=dword:0', 'program',
     'pass', '0xc00000a3'),
    ('cbx_nt.pnp=program cbx_nt.parameters=RunAtStart=dword:0', 'program',
     'pass', '0x00000000, outcome 0, 0 rounds'),
]

# The same for cbxkmdf.sys.
CBXKMDF = [
    ('cbx_nt.pnp=surprise', 'surprise-removal', 'pass', '0x0'),
    ('cbx_nt.pnp=rebalance', 'restarted', 'pass', '0x0'),
    ('cbx_nt.pnp=power', 'power-up', 'pass', '0x0'),
    ('cbx_nt.pnp=program', 'program', 'pass', '0xc0000120'),
    ('cbx_nt.pnp=program cbx_nt.parameters=RunAtStart=dword:0', 'program',
     'pass', '0xc00000a3'),
    ('cbx_nt.pnp=program cbx_nt.parameters=RunAtStart=dword:0', 'program',
     'pass', '0x00000000, outcome 0, 0 rounds'),
]

# The same for cbxvid.sys.
CBXVID = [
    ('', 'program', 'pass', '0x00000000, 1 rounds'),
    ('cbx_nt.parameters=DisplayRun=dword:1', 'program', 'pass',
     '0x00000000, 2 rounds'),
]

# What edu.sys must say, with the words of the kernel command line.
EDU = [
    ('', 'interrupt by message'),
    ('cbx_nt.interrupts=line', 'interrupt by line'),
    ('cbx_nt.pnp=rebalance cbx_nt.interrupts=line intel_iommu=on',
     'interrupt by line'),
]

# The same for ndistest.sys, a miniport: all of the first in one boot.
NDIS_VIOLATIONS = [
    ('shared-at-dispatch', '0x0000007C', '(0x1, '),
    ('shared-freed-twice', '0x0000007C', '(0x3, '),
    ('pause-complete', '0x0000007C', '(0x1f, 0x1, '),
    ('restart-complete', '0x0000007C', '(0x1f, 0x2, '),
    ('reset-complete', '0x0000007C', 'without a reset'),
    ('oid-complete', '0x0000007C', 'not pending'),
    ('handlers-late', '0x0000007C', 'outside MiniportSetOptions'),
    ('not-sent', '0x0000007C', 'was not sent'),
    ('indicated-early', '0x0000007C', 'outside the Running state'),
    ('status-early', '0x0000007C', 'before it is initialized'),
    ('gathered-at-passive', '0x0000007C', 'not at DISPATCH_LEVEL'),
    ('gathered-by-adapter', '0x0000007C', 'a handle of no DMA channel'),
    ('ungathered-at-passive', '0x0000007C', 'not at DISPATCH_LEVEL'),
    ('ungathered-twice', '0x0000007C', 'or freed already'),
    ('ungathered-other', '0x0000007C', 'no list of this frame'),
    ('dma-with-lists', '0x0000007C', 'lists of frames left'),
    ('deregistered', '0x0000007C', '(0xa, '),
    ('pool-with-lists', '0x0000007C', 'lists of it left'),
    ('no-adapter', '0x0000007C', 'a handle of no adapter'),
    ('no-device', '0x0000007C', 'a handle of no device'),
]
NDIS_CRASHES = [
    ('general-first', '0x0000007C', 'before the registration'),
    ('no-general', '0x0000007C', 'without both kinds'),
    ('failed-with-interrupt', '0x0000007C', '(0xb, '),
    ('halted-with-interrupt', '0x0000007C', '(0x8, '),
    ('shared-late', '0x0000007C', 'outside MiniportInitializeEx'),
    ('status-without-source', '0x0000007C', 'header or source'),
    ('status-without-link', '0x0000007C', "without a link's state"),
    ('pause-fails', '0x0000007C', 'MiniportPause failed'),
    ('paused-with-list', '0x0000007C', 'over with lists indicated'),
    ('device-left', '0x0000007C', 'with devices left'),
    ('completed-with-list,Frames=dword:3', '0x0000007C',
     'scatter/gather list of a frame left'),
]
NDIS_RESULTS = [
    ('good', 'driver-started', 'pass', '0x00000000'),
    ('wrong-length', 'free-arguments', 'fail', 'length 2048'),
    ('dma-left', 'dma-deregistered', 'fail', 'left the channel'),
    ('oid-unknown', 'oids-answered', 'fail', '0x0001010c was not answered'),
    ('not-deregistered', 'miniport-deregistered', 'fail', 'without a call'),
]

# What is tried on arm64, beside all violations: cases in which the processor
# has a part. The rest is code of the same source.
ARM64_CRASHES = [
    ('null-write', '0x00000050', 'write of 0x18 at nttest.sys+'),
    ('null-write-at-dispatch', '0x000000D1', '(0x18, 0x2, 0x1, '),
    ('null-event-at-dispatch', '0x0000000A', '(0x4, 0x2, 0x0, '),
    ('shared-time', '0x00000050', 'KUSER_SHARED_DATA'),
    ('code-write', '0x00000050', 'write of'),
    ('init-section', '0x00000050', 'execute of'),
    ('dpc-lowers-irql', '0x000000C8', '(0x200,'),
    ('timer-at-unload', '0x000000CE', '0 DPCs queued and 1 timers set'),
    ('dma-misaligned', '0x0000001E', '(0x80000002, '),
    ('dma-misaligned', '0x0000001E', 'misaligned write of'),
]
ARM64_RESULTS = [
    ('good', 'driver-started', 'pass', '0x00000000'),
    ('good cbx_nt.pnp=rebalance', 'restarted', 'pass', '0x0'),
    ('good cbx_nt.pnp=power', 'power-up', 'pass', '0x0'),
    ('good cbx_nt.interrupts=line', 'driver-started', 'pass', '0x0'),
    ('packet', 'driver-started', 'pass', '0x0'),
    ('dma-misaligned-cached', 'driver-started', 'pass', '0x0'),
    ('packet-caches', 'driver-started', 'pass', '0x0'),
]
# What is a macro that does nothing on x64.
ARM64_VIOLATIONS = [
    ('ke-flush-at-high', '0x000000C4', '(0xe5, 0x3, 0x2,'),
    ('ke-flush-not-locked', '0x000000E6', '(0xe, '),
]

# Packet DMA where the platform and the device say that DMA does not snoop: what
# else the machine has.
NON_COHERENT = ['', ',iommu=smmuv3']

# What is wrong only where a device is not coherent.
NON_COHERENT_CRASHES = [
    ('dma-misaligned-cached', '0x0000001E', '(0x80000002, '),
    ('dma-misaligned-cached', '0x0000001E', 'misaligned write of'),
]

# Memory types, by what decides: the device, or what the driver asked for.
AS_DEVICE, AS_ASKED = range(2)
# Words for cbxwdm.sys; is the device coherent; what decides; is there memory
# that is not cached, with lines that nobody has cleaned?
MEMORY_TYPES = [
    ('', True, AS_ASKED, False),
    ('cbx_nt.fault=hal-ignores-cca', True, AS_ASKED, False),
    ('', False, AS_DEVICE, False),
    ('cbx_nt.fault=hal-ignores-cca', False, AS_ASKED, False),
    ('cbx_nt.fault=hal-forgets-clean', False, AS_DEVICE, True),
]

# Calls that do not give what AllocateCommonBuffer gives, if asked.
HONOURS_ASKED = ['AllocateCommonBufferEx', 'AllocateCommonBufferVector',
                 'AllocateDomainCommonBuffer',
                 'AllocateCommonBufferWithBounds']
# What wins over the device: cache type asked for, memory type.
WINS = {
    ('AllocateCommonBufferWithBounds', 'cached'): 'Normal-WB',
    ('AllocateCommonBufferWithBounds', 'noncached'): 'Device-nGnRnE',
    ('CreateCommonBufferFromMdl', 'cached'): 'Normal-WB',
}
