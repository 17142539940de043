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
    records: list
    console: str


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


def boot(build, append, processors, devices=(), files=()):
    """Runs a guest with these words on the kernel command line."""
    guest = os.path.join(build, 'guest', 'x86_64')
    initrd = os.path.join(guest, 'initrd.cpio')
    with tempfile.TemporaryDirectory() as directory:
        report = os.path.join(directory, 'report')
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
            os.path.join(build, 'qemu', 'qemu-system-x86_64'),
            '-machine', 'q35', '-accel', 'tcg', '-cpu', 'qemu64',
            '-smp', processors, '-m', '128M', '-nodefaults', '-no-user-config',
            '-display', 'none', '-no-reboot', '-serial', 'stdio',
            '-kernel', os.path.join(guest, 'vmlinux'), '-initrd', initrd,
            '-append', 'console=ttyS0 quiet panic=-1 oops=panic '
                       f'no_timer_check cryptomgr.notests {append}',
            '-chardev', f'file,id=report,path={report}']
        for device in [*devices, 'cbx,report=report']:
            command += ['-device', device]
        run = subprocess.run(command, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, errors='replace',
                             timeout=TIMEOUT, check=False)
        if run.returncode:
            raise Wrong(f'QEMU ended with {run.returncode}: {run.stderr}')
        with open(report, encoding='utf-8') as file:
            records = [json.loads(line) for line in file]
    return Run(append, records, run.stdout)
