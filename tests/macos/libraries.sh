#!/bin/sh
# Make the libraries that the programs link to on macOS, besides what macOS itself has:
#
# - cJSON and libyaml, built from Debian's source packages for both kinds of Mac, as archives. Where apt has no
#   sources to give, text stubs (.tbd) with the symbols of Debian's libraries stand in, and FOLDER/stubs says why.
# - libcurl is part of macOS, cmocka is for the tests only: text stubs and Debian's headers, which are the same on
#   every system.
#
#   tests/macos/libraries.sh FOLDER ZIG
set -eu

folder=$1
zig=$2
here=$(dirname "$0")
machine=$(cc -print-multiarch)
rm -rf "$folder"
mkdir -p "$folder/include" "$folder/arm64" "$folder/x86_64"

headers() {
    for header in "$@"; do
        for place in /usr/include "/usr/include/$machine"; do
            if [ -e "$place/$header" ]; then
                cp -R "$place/$header" "$folder/include/"
                continue 2
            fi
        done
        echo "$header is missing" >&2
        exit 1
    done
}

# stub NAME INSTALL_NAME: lib$NAME, where it is on a Mac
stub() {
    symbols=$(nm -D --defined-only "$(cc -print-file-name="lib$1.so")" |
        awk '$2 ~ /[TDBRVW]/ { sub(/@.*/, "", $3); print "_" $3 }' | sort -u | paste -sd, | sed 's/,/, /g')
    cat >"$folder/arm64/lib$1.tbd" <<EOF
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos ]
install-name:    '$2'
exports:
  - targets:         [ x86_64-macos, arm64-macos ]
    symbols:         [ $symbols ]
...
EOF
    cp "$folder/arm64/lib$1.tbd" "$folder/x86_64/"
}

# archive ARCH NAME SOURCE...: lib$NAME.a, with the flags of $flags
archive() {
    objects=$folder/objects/$1/$2 output=$folder/$1/lib$2.a
    case $1 in
    arm64) target=aarch64-macos.13.0 ;;
    *) target=$1-macos.13.0 ;;
    esac
    shift 2
    mkdir -p "$objects"
    for source in "$@"; do
        # shellcheck disable=SC2086 # a word for each flag
        "$zig" cc -target "$target" -O1 $flags -c -o "$objects/$(basename "$source" .c).o" "$source"
    done
    "$zig" ar rcs "$output" "$objects"/*.o
}

# yaml_number MAJOR|MINOR|PATCH: what configure would find out.
yaml_number() {
    sed -n "s/^m4_define(\[YAML_$1\], *\([0-9]*\))/\1/p" "$sources/libyaml/configure.ac"
}

build() {
    mkdir "$folder/include/cjson"
    cp "$sources/cjson/cJSON.h" "$folder/include/cjson/"
    cp "$sources/libyaml/include/yaml.h" "$folder/include/"
    major=$(yaml_number MAJOR) minor=$(yaml_number MINOR) patch=$(yaml_number PATCH)
    for arch in arm64 x86_64; do
        flags=
        archive "$arch" cjson "$sources/cjson/cJSON.c"
        flags="-I$sources/libyaml/include -DYAML_VERSION_MAJOR=$major -DYAML_VERSION_MINOR=$minor
            -DYAML_VERSION_PATCH=$patch -DYAML_VERSION_STRING=\"$major.$minor.$patch\""
        archive "$arch" yaml "$sources"/libyaml/src/*.c
    done
}

sources=$folder/sources
if reason=$("$here/sources.sh" "$sources" cjson libyaml 2>&1); then
    build
else
    echo "$reason" | tail -n 1 >"$folder/stubs"
    headers cjson yaml.h
    stub cjson /opt/homebrew/opt/cjson/lib/libcjson.1.dylib
    stub yaml /opt/homebrew/opt/libyaml/lib/libyaml-0.2.dylib
fi
headers curl cmocka.h
stub curl /usr/lib/libcurl.4.dylib
stub cmocka /opt/homebrew/opt/cmocka/lib/libcmocka.0.dylib
touch "$folder/done"
