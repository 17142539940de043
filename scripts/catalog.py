# SPDX-License-Identifier: MIT
"""Security catalogs (.cat) of driver packages, without a signature: a list of
the hashes of files, in the form that Windows' Inf2Cat writes.

The outer structure is that of PKCS #7 signed data (RFC 2315), the list a
certificate trust list as in Microsoft's [MS-CAESO] and wincrypt.h, the hash of
an image the one of "Windows Authenticode Portable Executable Signature
Format".
"""

import hashlib
import struct
from typing import NamedTuple

SIGNED_DATA = '1.2.840.113549.1.7.2'
TRUST_LIST = '1.3.6.1.4.1.311.10.1'
CATALOG_LIST = '1.3.6.1.4.1.311.12.1.1'
NAME_VALUE = '1.3.6.1.4.1.311.12.2.1'
MEMBER_INFO = '1.3.6.1.4.1.311.12.2.2'
MEMBER_INFO_2 = '1.3.6.1.4.1.311.12.2.3'
INDIRECT_DATA = '1.3.6.1.4.1.311.2.1.4'
PE_IMAGE_DATA = '1.3.6.1.4.1.311.2.1.15'
FLAT_DATA = '1.3.6.1.4.1.311.2.1.25'


class Format(NamedTuple):
    """A version of the list: who can read it, and by which hash it is."""
    hash_name: str
    hash_id: str
    member_list: str
    # NT platform and version, of which the members are good for.
    systems: str
    labels: dict


FORMATS = {
    'modern': Format('sha256', '2.16.840.1.101.3.4.2.1',
                     '1.3.6.1.4.1.311.12.1.3', '2:10.0',
                     {'amd64': '_v100_X64'}),
    'legacy': Format('sha1', '1.3.14.3.2.26', '1.3.6.1.4.1.311.12.1.2',
                     '2:5.1,2:5.2,2:6.0,2:6.1,2:6.2,2:6.3,2:10.0',
                     {'amd64': '7X64,8X64', 'x86': 'XPX86,7X86,8X86'}),
}

# How the first version tells an image from a flat file.
GUIDS = {True: '{C689AAB8-8E78-11D0-8C47-00C04FC295EE}',
         False: '{DE351A42-8E59-11D0-8C47-00C04FC295EE}'}

# Attributes: authenticated, replacing, name in text.
NAME_VALUE_FLAGS = 0x10010001


class Member(NamedTuple):
    name: str
    digest: bytes
    is_image: bool


# ---- DER ---------------------------------------------------------------------

def tlv(tag, *contents):
    content = b''.join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, 'big') + content


def sequence(*items):
    return tlv(0x30, *items)


def set_of(*items):
    return tlv(0x31, *sorted(items))


def explicit(number, *items):
    return tlv(0xa0 | number, *items)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, 'big'))


def octets(value):
    return tlv(0x04, value)


def bmp_string(text):
    return tlv(0x1e, text.encode('utf-16-be'))


def identifier(dotted):
    first, second, *rest = (int(part) for part in dotted.split('.'))
    content = bytes([40 * first + second])
    for part in rest:
        groups = [part & 0x7f]
        while part := part >> 7:
            groups.append(part & 0x7f | 0x80)
        content += bytes(reversed(groups))
    return tlv(0x06, content)


NULL = tlv(0x05)


# ---- Hashes ------------------------------------------------------------------

def security_entry(image):
    """Where an image's header has the checksum and the entry of the
    certificate table, and what the latter says."""
    header, = struct.unpack_from('<I', image, 0x3c)
    optional = header + 24
    plus, = struct.unpack_from('<H', image, optional)
    entry = optional + {0x10b: 96, 0x20b: 112}[plus] + 8 * 4
    return optional + 64, entry, *struct.unpack_from('<II', image, entry)


def image_digest(image, hash_name):
    """Authenticode's: whether and by whom the image is signed changes
    nothing, any other byte does."""
    checksum, entry, start, _ = security_entry(image)
    end = start or len(image)
    hashed = hashlib.new(hash_name, image[:checksum])
    hashed.update(image[checksum + 4:entry])
    hashed.update(image[entry + 8:end])
    hashed.update(bytes(-end % 8))
    return hashed.digest()


def member(name, data, profile):
    """The list's entry of a file."""
    hash_name = FORMATS[profile].hash_name
    is_image = data[:2] == b'MZ'
    digest = (image_digest(data, hash_name) if is_image
              else hashlib.new(hash_name, data).digest())
    return Member(name, digest, is_image)


# ---- The list ----------------------------------------------------------------

def attribute(kind, value):
    return sequence(identifier(kind), set_of(value))


def name_value(name, value):
    return sequence(bmp_string(name), integer(NAME_VALUE_FLAGS),
                    octets((value + '\0').encode('utf-16-le')))


def indirect_data(entry, form):
    link = explicit(2, tlv(0x80, '<<<Obsolete>>>'.encode('utf-16-be')))
    if entry.is_image:
        # Nothing of the image is left out of the hash.
        flags = tlv(0x03, b'\x05\xa0')
        what = sequence(identifier(PE_IMAGE_DATA),
                        sequence(flags, explicit(0, link)))
    else:
        what = sequence(identifier(FLAT_DATA), link)
    return sequence(what, sequence(sequence(identifier(form.hash_id), NULL),
                                   octets(entry.digest)))


def member_key(entry, profile):
    """Members are found, and sorted, by their hash."""
    if profile == 'modern':
        return entry.digest
    return (entry.digest.hex().upper() + '\0').encode('utf-16-le')


def trusted_subject(entry, profile):
    form = FORMATS[profile]
    if profile == 'modern':
        info = attribute(MEMBER_INFO_2, tlv(0x80 if entry.is_image else 0x82))
    else:
        info = attribute(MEMBER_INFO,
                         sequence(bmp_string(GUIDS[entry.is_image]),
                                  integer(0x200)))
    return sequence(
        octets(member_key(entry, profile)),
        set_of(info, attribute(INDIRECT_DATA, indirect_data(entry, form)),
               attribute(NAME_VALUE, name_value('File', entry.name.lower())),
               attribute(NAME_VALUE, name_value('OSAttr', form.systems))))


def catalog(members, profile, processors, hardware_ids, when):
    """The catalog of a package, to be signed. when: a datetime."""
    form = FORMATS[profile]
    subjects = [trusted_subject(entry, profile) for entry in
                sorted(members, key=lambda e: member_key(e, profile))]
    labels = ','.join(form.labels[name] for name in sorted(processors))
    attributes = [name_value('OS', labels)]
    attributes += [name_value(f'HWID{number}', name.lower())
                   for number, name in enumerate(sorted(hardware_ids), 1)]
    trust_list = sequence(
        sequence(identifier(CATALOG_LIST)),
        # Any sixteen bytes; these make the same list the same file.
        octets(hashlib.sha256(b''.join(subjects)).digest()[:16]),
        tlv(0x17, when.strftime('%y%m%d%H%M%SZ').encode()),
        sequence(identifier(form.member_list), NULL),
        sequence(*subjects),
        explicit(0, sequence(*(sequence(identifier(NAME_VALUE), octets(value))
                               for value in attributes))))
    return sequence(
        identifier(SIGNED_DATA),
        explicit(0, sequence(integer(1), set_of(),
                             sequence(identifier(TRUST_LIST),
                                      explicit(0, trust_list)),
                             set_of())))


# ---- Reading -----------------------------------------------------------------

def elements(data):
    """(tag, content) of each element that DER data consists of."""
    while data:
        length, start = data[1], 2
        if length & 0x80:
            start += length & 0x7f
            length = int.from_bytes(data[2:start], 'big')
        if start + length > len(data):
            raise ValueError('DER element longer than its data')
        yield data[0], data[start:start + length]
        data = data[start + length:]


def inside(data, *path):
    """Content of the element that the indices lead to. What follows it is not
    looked at: padding, where a signature is in an image."""
    for index in path:
        for at, (_, content) in enumerate(elements(data)):
            if at == index:
                data = content
                break
        else:
            raise ValueError(f'DER data has no element {index}')
    return data


def signed_content(signature):
    """Kind and content of PKCS #7 signed data."""
    content = inside(signature, 0, 1, 0, 2)
    (_, kind), (_, wrapped) = elements(content)
    return tlv(0x06, kind), inside(wrapped, 0)


def digests(data, profile):
    """Digest per file name that a catalog, signed or not, holds."""
    kind, trust_list = signed_content(data)
    if kind != identifier(TRUST_LIST):
        raise ValueError('not a catalog')
    found = {}
    for _, subject in elements(inside(trust_list, 4)):
        names, digest = [], None
        for _, item in elements(inside(subject, 1)):
            (_, what), (_, values) = elements(item)
            value = inside(values, 0)
            if tlv(0x06, what) == identifier(INDIRECT_DATA):
                digest = inside(value, 1, 1)
            elif tlv(0x06, what) == identifier(NAME_VALUE):
                name, text = inside(value, 0), inside(value, 2)
                if name.decode('utf-16-be') == 'File':
                    names.append(text.decode('utf-16-le').rstrip('\0'))
        for name in names:
            entry = Member(name, digest, False)
            if member_key(entry, profile) != inside(subject, 0):
                raise ValueError(f'{name} is not listed under its hash')
            found.setdefault(name, []).append(digest)
    return found


def signed_digest(signature):
    """Name of the hash and digest of the image that was signed."""
    kind, content = signed_content(signature)
    if kind != identifier(INDIRECT_DATA):
        raise ValueError('something else was signed')
    # The content of the sequence, as signed_content() takes it out.
    (_, _), (_, digest_info) = elements(content)
    (_, algorithm), (_, digest) = elements(digest_info)
    names = {identifier(form.hash_id): form.hash_name
             for form in FORMATS.values()}
    return names[tlv(0x06, inside(algorithm, 0))], digest
