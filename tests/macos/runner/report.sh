#!/bin/sh
# All that a Mac can tell, in one file to send: which Mac, the build, every mode, every caller. What fails does not
# keep the rest from being tried.
#
#   tests/macos/runner/report.sh [REPORT]        default: mac-report.txt
set -eu

cd "$(dirname "$0")/../../.."
report=${1:-mac-report.txt}
here=tests/macos/runner
failed=
: >"$report"

# The step's whole output is for the report; its end is enough to look at.
step() {
    echo "== $*"
    echo "== $*" >>"$report"
    if "$@" >>"$report" 2>&1; then
        echo "ok"
    else
        echo "FAILED: $*" | tee -a "$report"
        failed=yes
    fi
}

step sw_vers
step uname -a
step $here/build.sh
step $here/modes.sh
for caller in minikube krunkit libkrun vfkit vibe anylinuxfs lima readme; do
    step $here/caller.sh $caller
done
if command -v vfkit >/dev/null || command -v qemu-system-"$(uname -m | sed s/arm64/aarch64/)" >/dev/null; then
    step ./bench run benchmarks/quick.yaml
fi
echo "Please send $report, also when all went well."
[ -z "$failed" ]
