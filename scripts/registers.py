#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes docs/registers.md, the register reference, of include/cbx/abi.h.
With --check says whether the file is what it would make."""

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCE = os.path.join(TOP, 'include', 'cbx', 'abi.h')
TARGET = os.path.join(TOP, 'docs', 'registers.md')

HEAD = '''<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- Made by scripts/registers.py of include/cbx/abi.h; edit that. -->
# Registers and numbers

Offsets in BAR 0, all little-endian, 32 bits wide but where "64" is said. What
is not listed reads 0 and ignores writes. "Reset" is 0 where it is empty.
'''

SECTION = re.compile(r'/\* ---- (.*?) -* \*/')
DEFINE = re.compile(r'#define( +)(CBX_\w+)\s+(.*?)(?:\s*/\* (.*?) \*/)?$')
REGISTER = re.compile(r'CBX_(?:ARM|REG|Q|DB)_\w+')
ACCESS = re.compile(r'(RO|RW1C|RW|WO)(?: \(([^)]*)\))?(?:: (.*))?$')
LIST = re.compile(r'#define CBX_(\w+)_LIST\(X\)')
ENTRY = re.compile(r'X\((\d+), *(\w+), *(?:\w+, *)?"([^"]*)"\)')
TITLES = {
    'MEMTYPE': 'Memory types', 'API': 'Calls', 'REPORT': 'Kinds of records',
    'OP': 'Operations', 'STAT': 'Statistics', 'FAULT': 'Faults',
    'DRIVER_FAULT': 'Faults of the driver',
    'STATUS': 'Statuses',
}


class Problem(Exception):
    """The header is not written as the docs need it."""


def logical_lines(text):
    """Lines with the comments and continuations that go on below joined."""
    line = ''
    for raw in text.splitlines():
        line = f'{line.rstrip()} {raw.strip()}' if line else raw
        if line.endswith('\\'):
            line = line[:-1]
        elif not line.startswith('#define') or \
                line.count('/*') == line.count('*/'):
            yield line
            line = ''


def cell(text):
    return (text or '').replace('|', '\\|')


def offset(name, value):
    """As printed: queues' registers and doorbells come once per queue."""
    number = value.rstrip('u')
    if name.startswith('CBX_Q_'):
        return f'0x800 + 0x40 q + {number}'
    if name.startswith('CBX_DB_'):
        return f'0x1000 + 0x1000 q + {number}'
    return number


def register_row(name, value, comment):
    match = ACCESS.match(comment or '')
    if not match:
        raise Problem(f'{name}: no RO, RW or WO at the start of its comment')
    access, reset, meaning = match.groups()
    wide = name.endswith('_LO')
    return (f'| {offset(name, value)} | `{name.removesuffix("_LO")}` '
            f'| {access}{", 64" if wide else ""} | {cell(reset)} '
            f'| {cell(meaning)} |')


def entries(prefix, line):
    rows = [f'\n### {TITLES[prefix]}\n', '| value | name | |', '| --- | --- | --- |']
    rows += [f'| {number} | `CBX_{prefix}_{identifier}` | {cell(text)} |'
             for number, identifier, text in ENTRY.findall(line)]
    if len(rows) == 3:
        raise Problem(f'CBX_{prefix}_LIST: no entries')
    return rows


def is_register(indent, name, value, comment):
    return len(indent) == 1 and REGISTER.fullmatch(name) and \
        bool(ACCESS.match(comment or '')) and value.startswith('0x')


def section(title, lines):
    """One section of the header: its registers, their bits, its lists."""
    registers, values, lists, pairs = [], [], [], set()
    for line in lines:
        if match := LIST.match(line):
            lists += entries(match[1], line)
            continue
        match = DEFINE.match(line)
        if not match or '(' in match[2]:
            continue
        indent, name, value, comment = match.groups()
        if name.endswith('_HI') and name[:-3] in pairs:
            continue
        if is_register(indent, name, value, comment):
            registers.append(register_row(name, value, comment))
            if name.endswith('_LO'):
                pairs.add(name[:-3])
        elif not name.endswith('_'):
            if re.match(r'CBX_(ARM|REG|Q|DB)_\w+$', name) and \
                    len(indent) == 1 and re.match(r'0x[0-9a-f]{2,3}u$', value) \
                    and not re.search(r'_(END|BASE|STRIDE)$', name):
                raise Problem(f'{name}: no RO, RW or WO in its comment')
            values.append(f'| `{name}` | {cell(value)} | {cell(comment)} |')
    if not registers and not lists and not values:
        return []
    out = [f'\n## {title}\n']
    if registers:
        out += ['| offset | register | access | reset | |',
                '| --- | --- | --- | --- | --- |', *registers, '']
    if values:
        out += ['| name | value | |', '| --- | --- | --- |', *values]
    return out + lists


def reference(text):
    out, title, lines = [HEAD.rstrip()], None, []
    text, end, _ = text.partition('/* ---- What the compiler')
    if not end:
        raise Problem('abi.h has no section "What the compiler ..."')
    for line in logical_lines(text):
        if match := SECTION.match(line):
            if title:
                out += section(title, lines)
            title, lines = match[1], []
        else:
            lines.append(line)
    out += section(title, lines)
    return '\n'.join(out) + '\n'


def main():
    with open(SOURCE, encoding='utf-8') as file:
        try:
            made = reference(file.read())
        except Problem as problem:
            sys.exit(f'include/cbx/abi.h: {problem}')
    if '--check' in sys.argv[1:]:
        try:
            with open(TARGET, encoding='utf-8') as file:
                if file.read() == made:
                    return
        except FileNotFoundError:
            pass
        sys.exit('docs/registers.md is not what include/cbx/abi.h says; run '
                 'scripts/registers.py')
    with open(TARGET, 'w', encoding='utf-8') as file:
        file.write(made)


if __name__ == '__main__':
    main()
