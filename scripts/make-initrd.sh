#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make-initrd.sh BUILD ARCH: packs the stand-in guest's first process, module
# and PE images into BUILD/guest/ARCH/initrd.cpio. The same files give the same
# archive, byte for byte. Uncompressed: unpacking costs the guest more than
# reading. Device nodes come from devtmpfs.
set -eu

build=$1
arch=$2
root=$build/guest/$arch/initrd
out=$build/guest/$arch/initrd.cpio

case $arch in
aarch64) init=init-aarch64 strip=aarch64-linux-gnu-strip ;;
*) init=init strip=strip ;;
esac

fail()
{
    echo "make-initrd: $*" >&2
    exit 1
}

# put MODE FILE NAME
put()
{
    [ -f "$2" ] || fail "$2 is missing; run make first"
    install -m "$1" "$2" "$root/$3"
}

rm -rf "$root"
mkdir -p "$root"
put 755 "$build/host/nt/init/$init" init
put 644 "$build/module-$arch/cbx_nt.ko" cbx_nt.ko
for image in nt/ntoskrnl/ntoskrnl.exe nt/hal/hal.dll \
        nt/ndis/ndis.sys nt/wdf/wdfldr.sys nt/wdf/wdf01000.sys \
        nt/videoprt/videoprt.sys guest-driver/wdm/cbxwdm.sys \
        guest-driver/kmdf/cbxkmdf.sys guest-driver/net/cbxnet.sys \
        guest-driver/video/cbxvid.sys; do
    put 644 "$build/pe-$arch/$image" "${image##*/}"
done
for image in "$build/pe-$arch"/nt/tests/*.sys; do
    [ ! -f "$image" ] || put 644 "$image" "${image##*/}"
done
"$strip" --strip-debug "$root/init" "$root/cbx_nt.ko"

find "$root" -exec touch -h -d @0 {} +
(cd "$root" && find . -mindepth 1 | LC_ALL=C sort |
    cpio --quiet --reproducible -o -H newc -R 0:0) > "$out.new"
if cmp -s "$out.new" "$out"; then
    rm "$out.new"
else
    mv "$out.new" "$out"
fi
