#!/bin/bash
# Run the fuzzers one after the other; the first that finds something ends it.
#
#   BUILD=build/fuzz tests/fuzz/run.sh -runs=N|-max_total_time=SECONDS NAME...
#
# What it found on its way to new code is kept in BUILD/corpus/NAME, and the next run begins there. An input
# that broke something is in BUILD/NAME-crash-...: give it to BUILD/tests/fuzz/fuzz_NAME to see it again, and
# put it into tests/fuzz/seeds/NAME, so that every later run begins with it.
set -eu

limit=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
# The quarantine would be as large as all memory that was freed in a second.
export ASAN_OPTIONS=quarantine_size_mb=16:detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1
for name in "$@"; do
    corpus=$BUILD/corpus/$name
    mkdir -p "$corpus"
    options=(-max_len=1024)
    [ ! -e "$here/$name.options" ] || mapfile -t options <"$here/$name.options"
    [ ! -e "$here/$name.dict" ] || options+=("-dict=$here/$name.dict")
    folders=("$corpus")
    [ ! -d "$here/seeds/$name" ] || folders+=("$here/seeds/$name")
    start=$(date +%s)
    if ! "$BUILD/tests/fuzz/fuzz_$name" "$limit" "${options[@]}" -print_final_stats=1 -timeout=25 \
        -artifact_prefix="$BUILD/$name-" "${folders[@]}" >"$BUILD/$name.log" 2>&1; then
        tail -n 60 "$BUILD/$name.log"
        echo "fuzz $name: FAILED"
        exit 1
    fi
    awk -v name="$name" -v seconds=$(( $(date +%s) - start )) '
        /^stat::number_of_executed_units/ { runs = $2 }
        / cov: / { cov = $4 }
        END { printf "fuzz %s: %d inputs in %d s, %d edges, nothing found\n", name, runs, seconds, cov }' "$BUILD/$name.log"
done
