# SPDX-License-Identifier: MIT
"""An INF file as Windows reads it: sections of entries, strings between
percent signs, sections that name each other."""

import re

# Directives that name sections, by the suffix of the section they stand in.
REFERENCES = ('addreg', 'copyfiles')


def number(text):
    """As a number if it is one, else as text without regard to case."""
    try:
        return int(text, 0)
    except ValueError:
        return text.lower()


def show(value):
    return 'absent' if value is None else value[1]


def split(text):
    """Values between commas, outside of quotes."""
    values = re.findall(r'(?:"(?:[^"]|"")*"|[^,"])+|(?<=,)(?=,)|(?<=,)$|^(?=,)',
                        text)
    return [value.strip().strip('"').replace('""', '"') for value in values]


class Entry:
    def __init__(self, text):
        key, equals, rest = text.partition('=')
        if '"' in key or ',' in key:
            key, equals, rest = '', '', text
        self.text = text
        self.key = key.strip() if equals else None
        self.values = split(rest if equals else text)

    def tokens(self):
        return re.findall(r'%([^%]+)%', self.text)


class Section:
    def __init__(self, name):
        self.name = name
        self.entries = []

    def keys(self):
        return [entry.key for entry in self.entries if entry.key]

    def values(self, key):
        for entry in self.entries:
            if entry.key and entry.key.lower() == key.lower():
                return entry.values
        return []

    def first(self, key):
        return (self.values(key) or [None])[0]


class Inf:
    def __init__(self, path):
        self.path = path
        self.sections = {}
        self.errors = []
        with open(path, encoding='latin-1', newline='') as file:
            self.lines = file.read().replace('\r\n', '\n').split('\n')
        self._parse()
        self.class_name = (self.section('Version').first('Class') or
                           'nothing').lower()
        self.models = self._models()

    def _parse(self):
        section = None
        for number_, line in enumerate(self.lines, 1):
            text = re.match(r'((?:"[^"]*"|[^";])*)', line)[1].strip()
            if line.count('"') % 2 and not line.lstrip().startswith(';'):
                self.errors.append(f'line {number_}: quote without its end')
            if not text:
                continue
            if text.startswith('['):
                name = text[1:-1]
                if not text.endswith(']') or not name:
                    self.errors.append(f'line {number_}: no section name')
                    continue
                if name.lower() in self.sections:
                    self.errors.append(f'line {number_}: [{name}] again')
                section = self.sections.setdefault(name.lower(),
                                                   Section(name))
            elif section is None:
                self.errors.append(f'line {number_}: before any section')
            else:
                section.entries.append(Entry(text))

    def section(self, name):
        return self.sections.get(name.lower(), Section(name))

    def disk_sections(self):
        """[SourceDisksNames], or one for each processor."""
        if 'sourcedisksnames' in self.sections:
            return ['SourceDisksNames']
        return ['SourceDisksNames.' +
                re.match(r'NT([a-z0-9]*)', decoration)[1]
                for _, decoration in self._models()]

    def _models(self):
        """Models sections and for whom they are."""
        found = []
        for entry in self.section('Manufacturer').entries:
            name, *decorations = entry.values
            found += [(f'{name}.{d}', d) for d in decorations] or [(name, '')]
        return found

    def devices(self):
        """(section, entry) of each device."""
        for name, _ in self.models:
            for entry in self.section(name).entries:
                yield self.section(name), entry

    def install_names(self):
        return list(dict.fromkeys(entry.values[0] + '.NT'
                                  for _, entry in self.devices()))

    def installs(self):
        return [self.section(name) for name in self.install_names()]

    def directives(self, suffix, key):
        """Entries of that key in install sections of that suffix."""
        for name in self.install_names():
            for entry in self.section(name + suffix).entries:
                if entry.key and entry.key.lower() == key.lower():
                    yield entry

    def services(self):
        return [self.section(entry.values[2])
                for entry in self.directives('.services', 'AddService')
                if len(entry.values) > 2]

    def copied(self):
        """Names of the files that are copied."""
        return {entry.values[0].lower()
                for directive in self.directives('', 'CopyFiles')
                for name in directive.values
                for entry in self.section(name).entries}

    def registry(self, *kinds):
        """(section, entry) of each value that AddReg adds: to the hardware
        key, the service's, the software key, the adapter's settings."""
        for kind in kinds or ('hardware', 'service', 'software', 'settings'):
            if kind == 'service':
                lists = [s.values('AddReg') for s in self.services()]
            else:
                suffix = {'hardware': '.HW', 'software': '',
                          'settings': '.SoftwareSettings'}[kind]
                lists = [entry.values for entry in
                         self.directives(suffix, 'AddReg')]
            for name in (name for names in lists for name in names):
                for entry in self.section(name).entries:
                    yield self.section(name), entry

    def value(self, kind, key, name):
        """(type, value) of a registry value, None if there is none."""
        for _, entry in self.registry(kind):
            parts = entry.values + [''] * 5
            if (parts[1].lower(), parts[2].lower()) == (key, name):
                flags = number(parts[3] or '0')
                data = parts[4]
                return flags, number(data) if flags == 0x00010001 else data
        return None

    def references(self):
        """Names of all sections that something names."""
        for name, _ in self.models:
            yield name
        for name in self.install_names():
            yield name
            for suffix in ('.HW', '.Services', '.Wdf', '.SoftwareSettings'):
                if suffix == '.Services' or \
                        (name + suffix).lower() in self.sections:
                    yield name + suffix
        for section in self.sections.values():
            for entry in section.entries:
                if entry.key and entry.key.lower() in REFERENCES:
                    yield from entry.values
        for entry in self.directives('.services', 'AddService'):
            yield from entry.values[2:]
        for entry in self.directives('.wdf', 'KmdfService'):
            yield from entry.values[1:]
