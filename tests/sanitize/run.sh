#!/bin/bash
# Run the tests on programs that were built with a sanitizer; what it reports fails them all.
#
#   BUILD=build/asan REPORTS=/tmp/... tests/sanitize/run.sh asan|tsan
#
# REPORTS is what options.c has been told.
set -eu

kind=$1

rm -rf "${REPORTS:?}"
mkdir -m 0700 "$REPORTS"
# Programs report as whoever they have become.
chmod 1777 "$REPORTS"
trap 'rm -rf "${REPORTS:?}"' EXIT

reports() {
    find "$REPORTS" -name 'report*' | wc -l
}

# Does a report of a program come through that has no environment and is another user's, and does it fail it?
prove() {
    local status=0
    install -m 0755 "$BUILD/tests/sanitize/broken" "$REPORTS/broken"
    setarch -R setpriv --reuid=65534 --regid=65534 --clear-groups env -i "$REPORTS/broken" "$1" >/dev/null 2>&1 || status=$?
    if [ "$status" -ne 99 ] || [ "$(reports)" -eq 0 ]; then
        echo "a program with a fault ($1) ended with $status and made $(reports) reports: nothing would be found" >&2
        exit 1
    fi
    rm -f "$REPORTS"/report*
}

if [ "$kind" = asan ]; then prove overrun; prove leak; else prove race; fi

mapfile -t units < <(find "$BUILD/tests/unit" -maxdepth 1 -type f -perm -100 ! -name '*sandbox*' | sort)
suites=(tests/compat/*.bats)
for file in tests/net/*.bats; do
    # sanitize.mk says why.
    [[ $file == */bench_* ]] || suites+=("$file")
done

# Older runtimes know fewer layouts of memory than the kernel has. Two files at a time, for limits of time
# are not made for this speed.
status=0
SANITIZER=$kind JOBS=${JOBS:-2} setarch -R tests/run.sh "${units[@]}" "${suites[@]}" || status=$?

for report in "$REPORTS"/report*; do
    [ -e "$report" ] || continue
    status=1
    head -n 60 "$report"
done
echo "$kind: $(reports) reports"
exit $status
