# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Debian packages without touching the system: a private apt configuration
# that uses the machine's own mirror, with its lists and downloads in the
# cache. Sourced by configure, which sets `cache` and provides `die` and `say`.

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# debian_mirror ARCHIVE: print the base address apt uses on this machine for
# that archive ("debian", "debian-security"), if it uses it.
debian_mirror()
{
    apt-get update --print-uris 2>/dev/null |
        sed -n "s#^'\(.*/$1\)/dists/.*Release'.*#\1#p" | head -n 1
}

# debian_suites TYPE URI SUITE...: print an entry of an apt source file.
debian_suites()
{
    type=$1 uri=$2
    shift 2
    printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\n' \
        "$type" "$uri" "$*"
    printf 'Signed-By: %s\n\n' "$debian_keyring"
}

# debian_apt COMMAND ARG...: run an apt tool on the private configuration.
debian_apt()
{
    APT_CONFIG="$cache/apt/apt.conf" "$@"
}

# debian_open: make the private configuration and read the indices, once per
# run of configure and only when something has to be downloaded.
debian_open()
{
    [ -z "$debian_is_open" ] || return 0
    command -v apt-get >/dev/null ||
        die "apt-get not found: this step takes packages from Debian." \
            "Give --qemu-source=, --guest-kernel= and --guest-headers=" \
            "to use your own on another system."
    [ -r "$debian_keyring" ] ||
        die "$debian_keyring is missing: install debian-archive-keyring."
    mirror=$(debian_mirror debian)
    [ -n "$mirror" ] ||
        die "apt knows no Debian mirror on this machine" \
            "(looked at: apt-get update --print-uris)." \
            "Add one to the apt sources."
    security=$(debian_mirror debian-security)
    rm -rf "$cache/apt/sources"
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial" \
        "$cache/apt/sources"
    {
        debian_suites deb "$mirror" bookworm bookworm-backports
        debian_suites deb-src "$mirror" unstable bookworm-backports
        [ -z "$security" ] ||
            debian_suites deb "$security" bookworm-security
    } > "$cache/apt/sources/cbx.sources"
    # Snapshots and slow mirrors carry an expired Release file of unstable.
    # Signatures are still checked, and the source is pinned by SHA-256.
    cat > "$cache/apt/apt.conf" <<EOF
Acquire::Check-Valid-Until "false";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$cache/apt/sources";
Dir::State::lists "$cache/apt/lists";
Dir::Cache "$cache/apt";
Dir::Cache::archives "$cache/apt/archives";
APT::Sandbox::User "root";
Acquire::Languages "none";
APT::Architectures { "$(dpkg --print-architecture)"; "arm64"; };
EOF
    say "reading Debian's package lists (private copy)"
    debian_apt apt-get -qq update ||
        die "cannot read Debian's package lists: is $mirror reachable?"
    debian_is_open=yes
}

# debian_binary DIR PACKAGE[/SUITE]...: unpack packages below DIR.
debian_binary()
{
    dir=$1
    shift
    debian_open
    rm -rf "$dir.new"
    mkdir -p "$dir.new" "$cache/debs"
    for package; do
        rm -rf "$cache/debs/$$"
        mkdir -p "$cache/debs/$$"
        (cd "$cache/debs/$$" &&
            debian_apt apt-get -qq download "$package" >/dev/null) ||
            die "Debian package $package cannot be downloaded."
        for deb in "$cache/debs/$$"/*.deb; do
            dpkg-deb -x "$deb" "$dir.new" ||
                die "Debian package $package cannot be unpacked."
        done
        rm -rf "$cache/debs/$$"
    done
    rm -rf "$dir"
    mv "$dir.new" "$dir"
}

# debian_source FILE SHA256 PACKAGE VERSION: fetch a source package's tarball
# as FILE. Returns 1 when Debian no longer has that version.
debian_source()
{
    debian_open
    rm -rf "$1.dir"
    mkdir -p "$1.dir"
    if ! (cd "$1.dir" && debian_apt apt-get -qq source --download-only \
            --tar-only "$3=$4" >/dev/null 2>&1); then
        rm -rf "$1.dir"
        return 1
    fi
    mv "$1.dir"/*.orig.tar.* "$1"
    rm -rf "$1.dir"
    check_sha256 "$1" "$2"
}

# check_sha256 FILE SUM: stop unless FILE has that sum.
check_sha256()
{
    sum=$(sha256sum "$1" | cut -d' ' -f1)
    [ "$sum" = "$2" ] ||
        die "$1 has SHA-256 $sum, expected $2." \
            "Remove it and run configure again."
}
