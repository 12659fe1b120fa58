#!/bin/sh
# Which lines of the macOS files the double's tests run: programs of cmocka tests, built with counters by
# `make macos-coverage`. Prints a line for each file, FILE PERCENT, then the lines that none of them ran. Fails if a
# file is below the limit.
#
#   tests/macos/coverage.sh FOLDER LIMIT FILE... -- TEST...
set -eu

folder=$1 limit=$2
shift 2
files=
while [ "$1" != -- ]; do
    files="$files $1"
    shift
done
shift

rm -rf "$folder/profiles"
mkdir -p "$folder/profiles"
objects=
for test in "$@"; do
    LLVM_PROFILE_FILE=$folder/profiles/%p.profraw timeout 120 "$test" >"$folder/log" 2>&1 || {
        grep -v '^\[ *\(OK\|RUN\)' "$folder/log" >&2
        exit 1
    }
    objects="$objects${objects:+ -object }$test"
done
llvm-profdata merge -o "$folder/all.profdata" "$folder"/profiles/*.profraw
# shellcheck disable=SC2086 # words
llvm-cov export -format=lcov $objects -instr-profile="$folder/all.profdata" >"$folder/lcov"

# lcov: SF:file, then DA:line,count for each line with code.
awk -F '[:,]' -v limit="$limit" -v wanted="$files" '
    BEGIN { count = split(wanted, files, " ") }
    /^SF:/ { file = $2; sub(/^.*\/src\//, "src/", file) }
    /^DA:/ { lines[file]++; if ($3 > 0) run[file]++; else missed[file] = missed[file] " " $2 }
    END {
        for (i = 1; i <= count; i++) {
            file = files[i]
            percent = lines[file] ? 100 * run[file] / lines[file] : 0
            printf "%s %.1f\n", file, percent
            if (percent < limit) low++
        }
        for (i = 1; i <= count; i++)
            if (missed[files[i]]) printf "not run: %s:%s\n", files[i], missed[files[i]]
        exit low > 0
    }' "$folder/lcov"
