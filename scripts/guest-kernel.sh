#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest-kernel.sh DIR: make a directory into which Debian's linux-image,
# linux-headers, linux-kbuild and linux-compiler packages were unpacked fit
# for use in place: DIR/vmlinux is the kernel for a PVH boot, or DIR/Image that
# of arm64, DIR/headers the directory for `make -C` of an external module.
set -eu

dir=$(cd "$1" && pwd)

fail()
{
    echo "guest-kernel: $*" >&2
    exit 1
}

# u32 FILE OFFSET: a little-endian number.
u32()
{
    od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '
}

set -- "$dir"/boot/vmlinuz-*
image=$1
[ -f "$image" ] || fail "$dir/boot has no vmlinuz-*"

# The x86 boot protocol (2.08 and later) says where the compressed ELF image
# is: Documentation/x86/boot.rst, setup_sects, payload_offset/_length.
extract_x86()
{
    [ "$(od -An -c -j 514 -N 4 "$image" | tr -d ' ')" = HdrS ] ||
        fail "$image is no bzImage"
    sectors=$(od -An -tu1 -j 497 -N 1 "$image" | tr -d ' ')
    start=$(((sectors + 1) * 512 + $(u32 "$image" 584)))
    length=$(u32 "$image" 588)
    tail -c +$((start + 1)) "$image" | head -c "$length" > "$dir/payload"
    case $(od -An -tx1 -N 4 "$dir/payload" | tr -d ' ') in
    fd377a58) xz -dc --single-stream "$dir/payload" > "$dir/vmlinux" ;;
    *) fail "$image: payload is not xz-compressed; give an uncompressed" \
        "kernel with --guest-kernel=" ;;
    esac
    rm "$dir/payload"
    [ "$(od -An -c -j 1 -N 3 "$dir/vmlinux" | tr -d ' ')" = ELF ] ||
        fail "$image: payload is no ELF image"
}

# Documentation/arm64/booting.rst: magic "ARM\x64".
if [ "$(u32 "$image" 56)" = $((0x644d5241)) ]; then
    ln -f "$image" "$dir/Image"
else
    extract_x86
fi

# Debian's headers name each other by absolute paths below /usr/src.
for makefile in "$dir"/usr/src/linux-headers-*/Makefile; do
    sed -i "s,\([ =]\)/usr/src/,\1$dir/usr/src/,g" "$makefile"
done
for flavour in "$dir"/usr/src/linux-headers-*; do
    case $flavour in
    *-common) continue ;;
    esac
    ln -sfn "$flavour" "$dir/headers"
done
[ -e "$dir/headers/Makefile" ] || fail "$dir/usr/src has no headers"
