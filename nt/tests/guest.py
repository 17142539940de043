# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots the stand-in's guest as tests need it."""

import dataclasses
import json
import os
import subprocess
import tempfile

TIMEOUT = 60


class Wrong(Exception):
    """A case did not end as it must."""


@dataclasses.dataclass
class Run:
    """A guest that has ended."""
    append: str
    records: list       # of the first driver's device
    console: str
    others: list = ()   # ... of the other drivers' devices, a list each


def cpio(files):
    """The files as one more segment of an initial root file system."""
    def entry(name, data):
        # new ASCII format: magic, then 13 fields of 8 hexadecimal digits
        name = name.encode() + b'\0'
        fields = [0, 0o100644 if data else 0, 0, 0, 1, 0, len(data), 0, 0, 0,
                  0, len(name), 0]
        header = b'070701' + b''.join(b'%08x' % field for field in fields)
        return b''.join(part + bytes(-len(part) % 4)
                        for part in (header + name, data))

    out = b''
    for path in files:
        with open(path, 'rb') as file:
            out += entry(os.path.basename(path), file.read())
    return out + entry('TRAILER!!!', b'')


def records_of(report):
    with open(report, encoding='utf-8') as file:
        return [json.loads(line) for line in file]


# How a guest of each architecture is started.
MACHINES = {
    'x86_64': ('q35', 'qemu64', '128M', 'vmlinux',
               'console=ttyS0 no_timer_check'),
    'aarch64': ('virt,gic-version=3,its=on', 'cortex-a57', '256M', 'Image',
                'console=ttyAMA0 acpi=force'),
}


def boot(build, append, processors, devices=(), files=(), kind='cbx',
         machine='', arch='x86_64', coherent=True):
    """Runs a guest with these words on the kernel command line, this added to
    the machine, and a CBX device, of this kind, for each driver. Not coherent,
    for aarch64: devices do not snoop, and firmware says so."""
    board, cpu, memory, kernel, console = MACHINES[arch]
    if not coherent:
        machine += ',pcie-dma-noncoherent=on'
        kind += ',cca=off'
    drivers = append.split('cbx_nt.driver=')[1].split()[0].count(',') + 1
    guest = os.path.join(build, 'guest', arch)
    initrd = os.path.join(guest, 'initrd.cpio')
    with tempfile.TemporaryDirectory() as directory:
        reports = [os.path.join(directory, f'report{i}')
                   for i in range(drivers)]
        if files:
            with open(initrd, 'rb') as file:
                archive = file.read()
            archive += bytes(-len(archive) % 4)
            initrd = os.path.join(directory, 'initrd')
            with open(initrd, 'wb') as file:
                file.write(archive + cpio(files))
        if 'intel_iommu=on' in append:
            devices = ['intel-iommu', *devices]
        command = [
            os.path.join(build, 'qemu', f'qemu-system-{arch}'),
            '-machine', board + machine, '-accel', 'tcg', '-cpu', cpu,
            '-smp', processors, '-m', memory, '-nodefaults', '-no-user-config',
            '-display', 'none', '-no-reboot', '-serial', 'stdio',
            '-kernel', os.path.join(guest, kernel), '-initrd', initrd,
            '-append', f'{console} quiet panic=-1 oops=panic '
                       f'cryptomgr.notests {append}']
        if arch == 'aarch64':
            command += ['-bios', os.path.join(guest, 'QEMU_EFI.fd')]
        for device in devices:
            command += ['-device', device]
        for i, report in enumerate(reports):
            command += ['-chardev', f'file,id=report{i},path={report}',
                        '-device', f'{kind},report=report{i}']
        run = subprocess.run(command, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, errors='replace',
                             timeout=TIMEOUT, check=False)
        if run.returncode:
            raise Wrong(f'QEMU ended with {run.returncode}: {run.stderr}')
        records, *others = map(records_of, reports)
    return Run(append, records, run.stdout, others)
