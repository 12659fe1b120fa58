#!/bin/sh
# Run test files side by side and count. Each file prints TAP: unit tests are programs, the others
# bats files. The last line is `N passed, N failed, N skipped`.
#
#   tests/run.sh FILE...          JOBS=N: how many at a time (default: one more than processors)
#
# A file that failed is run once more, alone, when the others are done: with many guests on few
# processors a time limit may pass that is no fault of the program. What only passes alone is
# named, and counts as passed.
set -eu

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export results


# Runs one file, keeps its TAP, and tells how it went.
# shellcheck disable=SC2016 # expanded by the shell that runs it
run_one='
file=$1
out=$results/$(echo "$file" | tr / _).$2
start=$(date +%s)
case $file in
*.bats) bats --tap "$file" >"$out" 2>&1 || echo "exit $?" >"$out.status" ;;
*)      CMOCKA_MESSAGE_OUTPUT=TAP "$file" >"$out" 2>"$out.err" || { echo "exit $?" >"$out.status"; sed "s/^/# /" "$out.err" >>"$out"; } ;;
esac
awk -v file="$file" -v seconds=$(( $(date +%s) - start )) -v out="$out" "
    /^(not )?ok .*# [Ss][Kk][Ii][Pp]/ { skipped++; next } # cmocka writes not ok
    /^ok /     { passed++ }
    /^not ok / { failed++ }
    /^1\.\.[0-9]+/ { split(\$1, range, /\.\./); planned += range[2] }
    END {
        # A file that ended early has not told of the rest: each of them failed.
        missing = planned - passed - failed - skipped
        if (missing > 0) failed += missing
        if (!planned) failed++
        printf \"%s: %d passed, %d failed, %d skipped (%d s)\n\", file, passed, failed, skipped, seconds
        printf \"%d %d %d\n\", passed, failed, skipped > (out \".count\")
    }" "$out"
if [ -e "$out.status" ] && awk "{ exit !(\$2 == 0) }" "$out.count"; then
    echo "$file: ended with $(cat "$out.status") though no test failed"
    awk "{ print \$1, 1, \$3 }" "$out.count" >"$out.count.new" && mv "$out.count.new" "$out.count"
fi
awk "/# [Ss][Kk][Ii][Pp]/ { print \"  SKIPPED: \" \$0; next } /^not ok / { shown = 1; print \"  FAILED: \" \$0; next } /^ok / { shown = 0 } shown { print \"  \" \$0 }" "$out"
'

jobs=${JOBS:-$(( $(getconf _NPROCESSORS_ONLN) + 1 ))}
printf '%s\n' "$@" | xargs -P "$jobs" -I{} sh -c "$run_one" run_one {} first

again=
for file in "$@"; do
    name=$results/$(echo "$file" | tr / _)
    read -r _ failed _ <"$name.first.count"
    [ "$failed" -eq 0 ] || again="$again $file"
done
for file in $again; do
    echo "again, alone: $file"
    sh -c "$run_one" run_one "$file" second
    name=$results/$(echo "$file" | tr / _)
    read -r _ failed _ <"$name.second.count"
    if [ "$failed" -eq 0 ]; then
        echo "PASSED ONLY ALONE: $file"
    fi
    mv "$name.second.count" "$name.first.count"
done

cat "$results"/*.first.count | awk '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }'
