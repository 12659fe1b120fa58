#!/bin/sh
# Make stand-ins for the libraries that the programs link to on macOS: the headers of Debian's packages,
# which are the same on every system, and a text stub (.tbd) with the symbols that Debian's libraries
# export. They compile and link; nothing here can run.
#
#   tests/macos/libraries.sh FOLDER
set -eu

folder=$1
machine=$(cc -print-multiarch)
rm -rf "$folder"
mkdir -p "$folder/include" "$folder/lib"

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
    cat >"$folder/lib/lib$1.tbd" <<EOF
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos ]
install-name:    '$2'
exports:
  - targets:         [ x86_64-macos, arm64-macos ]
    symbols:         [ $symbols ]
...
EOF
}

headers cjson yaml.h curl
stub cjson /opt/homebrew/opt/cjson/lib/libcjson.1.dylib
stub yaml /opt/homebrew/opt/libyaml/lib/libyaml-0.2.dylib
stub curl /usr/lib/libcurl.4.dylib # part of macOS
