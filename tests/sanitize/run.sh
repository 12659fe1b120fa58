#!/bin/bash
# Run the tests on programs that were built with a sanitizer; what it reports fails them all.
#
#   BUILD=build/asan tests/sanitize/run.sh asan|tsan
set -eu

kind=$1
# The helper writes its report as whoever it has become.
reports=$(mktemp -d "/tmp/vs.XXXXXX")
chmod 1777 "$reports"
trap 'rm -rf "${reports:?}"' EXIT
options=log_path=$reports/report:exitcode=99

# Leaks: the detector stops the process that it looks at, which one that is not dumpable does not allow.
# The unit tests are looked at.
export ASAN_OPTIONS=$options:detect_leaks=0 UBSAN_OPTIONS=$options:print_stacktrace=1 TSAN_OPTIONS=$options

mapfile -t units < <(find "$BUILD/tests/unit" -maxdepth 1 -type f -perm -100 ! -name '*sandbox*' | sort)
suites=(tests/compat/*.bats)
for file in tests/net/*.bats; do
    # sanitize.mk says why.
    [[ $file == */bench_* || $file == */privileges.bats ]] || suites+=("$file")
done

# Older runtimes know fewer layouts of memory than the kernel has. Two files at a time, for limits of time
# are not made for this speed.
status=0
JOBS=${JOBS:-2} setarch -R tests/run.sh "${units[@]}" "${suites[@]}" || status=$?

if [ "$kind" = asan ]; then
    for test in "${units[@]}"; do
        ASAN_OPTIONS=$options setarch -R "$test" >/dev/null 2>&1 || { echo "leaks, or fails: $test"; status=1; }
    done
fi
for report in "$reports"/report*; do
    [ -e "$report" ] || continue
    status=1
    head -n 40 "$report"
done
echo "$kind: $(find "$reports" -name 'report*' | wc -l) reports"
exit $status
