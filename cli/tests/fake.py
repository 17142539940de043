# SPDX-License-Identifier: GPL-2.0-or-later
"""A shell script in QEMU's place, report streams for it to play, and the
command run with it."""

import json
import os
import subprocess
import tempfile
import traceback

DRIVER = 'cbxwdm.sys'
CALL = 'AllocateCommonBuffer'
FACTS = ['range-ok', 'align-ok', 'width-ok', 'readable', 'writable', 'ram',
         'iommu', 'translated']


class Stream:
    """What the device would write."""

    def __init__(self, driver=DRIVER):
        self.driver = driver
        self.records = []
        self.add('device', schema=1, abi='1.0', iommu='intel-iommu',
                 addr_bits=64, mem_size=1 << 20, seed='0x5eed', faults=[])

    def add(self, kind, **fields):
        seq = len(self.records)
        self.records.append({'type': kind, 'seq': seq,
                             'time_ns': 1000000 * seq, **fields})

    def result(self, check, verdict='pass', seen='so', driver=None, api=CALL,
               variant='8 KiB', **more):
        self.add('result', driver=driver or self.driver, api=api, variant=variant, check=check,
                 verdict=verdict, expected='so', seen=seen, source='wdm.h',
                 **more)

    def start(self):
        self.add('start', driver=self.driver, guest='test')
        self.start_call(CALL, 1)

    def start_call(self, api, number):
        self.add('buffer', event='declare', id=number, api=api, element=0,
                 va='0xffff800000100000', logical='0xffffe000', length=8192,
                 min='0x0', max='0xffffffff', align=0, cache='cached',
                 node='any', status='ok', gpa='0x1f42000', pages=2, pages_ok=2,
                 first_bad=None, facts=FACTS, iommu='intel-iommu',
                 xxh64='0x0', memory_type='WB', page_type='WB')
        self.result('range', api=api, buffer=str(number))

    def end(self, verdict='pass'):
        self.add('buffer', event='release', id=1)
        self.add('end', driver=self.driver, verdict=verdict)
        self.stand_in()

    def stand_in(self):
        self.result('driver-started', driver='stand-in', api='', variant='')
        self.add('end', driver='stand-in', verdict='pass')

    def text(self):
        return ''.join(json.dumps(r) + '\n' for r in self.records)


def good_stream():
    stream = Stream()
    stream.start()
    stream.end()
    return stream


PLAY = 'cat "$D/stream" >&3\nexec sleep 600\n'


class Fake:
    """A directory with a QEMU that is none, for one test."""

    def __init__(self, cbx):
        self.cbx = cbx
        self.temporary = tempfile.TemporaryDirectory(prefix='cbx-test-')
        self.path = self.temporary.name
        for name in ('vmlinux', 'initrd.cpio'):
            self.write(name, b'')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, data):
        with open(self.file(name), 'wb') as file:
            file.write(data)
        return self.file(name)

    def read(self, name):
        with open(self.file(name), 'rb') as file:
            return file.read()

    def play(self, stream, script=PLAY):
        self.write('stream', (stream.text() if stream else '').encode())
        self.write('qemu', f"#!/bin/sh\nD='{self.path}'\n{script}".encode())
        os.chmod(self.file('qemu'), 0o700)

    def command(self, *arguments, calls=True):
        return [self.cbx, 'run', '--qemu', self.file('qemu'), '--guest-dir',
                self.path, *(['--api', CALL] if calls else []), *arguments]

    def run(self, *arguments, calls=True, env=None):
        return subprocess.run(self.command(*arguments, calls=calls),
                              capture_output=True, text=True, timeout=60,
                              env={**os.environ, **(env or {})}, check=False)


def same(seen, expected):
    assert seen == expected, f'expected {expected!r}, seen {seen!r}'


def has(text, part):
    assert part in text, f'no {part!r} in:\n{text}'


def lacks(text, part):
    assert part not in text, f'{part!r} in:\n{text}'


class Skip(Exception):
    """A case that this machine cannot run; says why."""


def run_cases(module, helpers=()):
    """
    Runs each function of @module that takes nothing, and may raise Skip;
    writes TAP.
    """
    cases = [value for value in module.values()
             if callable(value) and value not in helpers and
             getattr(value, '__module__', None) == '__main__' and
             value.__code__.co_argcount == 0]
    failed = 0
    print(f'1..{len(cases)}')
    for number, case in enumerate(cases, 1):
        name = case.__name__.replace('_', ' ')
        try:
            case()
            print(f'ok {number} - {name}', flush=True)
        except Skip as skip:
            print(f'ok {number} - {name} # SKIP {skip}', flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f'not ok {number} - {name}')
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    return 1 if failed else 0
