#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# qemu-overlay.sh SOURCE TOP: put CBX into an unpacked QEMU source tree.
# Directories are linked, so an edit in TOP is seen by the next ninja; the
# lines that name them go in after a known line; hw/patches/*.patch follow.
# Running it twice changes nothing.
set -eu

src=$1
top=$2
version=$(cat "$src/VERSION")

fail()
{
    echo "qemu-overlay: QEMU $version: $*" >&2
    echo "The overlay knows QEMU 10.0 and 10.2; choose one of these with" \
        "configure --qemu-version= or --qemu-source=." >&2
    exit 1
}

link()
{
    [ -d "$src/$(dirname "$2")" ] || fail "has no directory $(dirname "$2")"
    ln -sfn "$top/$1" "$src/$2"
}

# hook FILE ANCHOR LINE: add LINE after the line ANCHOR, once.
hook()
{
    if grep -qxF -- "$3" "$src/$1"; then
        return
    fi
    grep -qxF -- "$2" "$src/$1" || fail "$1 has no line \"$2\""
    awk -v anchor="$2" -v line="$3" \
        '{ print } $0 == anchor && !done { print line; done = 1 }' \
        "$src/$1" > "$src/$1.cbx"
    mv "$src/$1.cbx" "$src/$1"
}

link hw/cbx hw/cbx
link include/cbx include/cbx
link qtest tests/qtest/cbx
for target in x86_64 aarch64; do
    link "hw/devices-$target.mak" "configs/devices/$target-softmmu/cbx.mak"
done

hook hw/meson.build "subdir('alpha')" "subdir('cbx')"
hook meson.build "    'accel/kvm'," "    'hw/cbx',"
hook tests/qtest/meson.build "qos_test_ss = ss.source_set()" "subdir('cbx')"

for patch in "$top"/hw/patches/*.patch; do
    [ -f "$patch" ] || continue
    if patch -d "$src" -p1 -R -s -f --dry-run < "$patch" >/dev/null 2>&1; then
        continue
    fi
    patch -d "$src" -p1 -N -s < "$patch" ||
        fail "$(basename "$patch") does not apply"
done
