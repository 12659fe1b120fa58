#!/bin/sh
# The helper in every mode, with a probe as its VM: ARP and DHCP through vmnet. On a Mac.
#
#   HELPER=build/bin/vmnet-helper tests/macos/runner/modes.sh
#
# Each line of modes.log is a line of JSON: what vmnet told, and what the network answered.
set -eu

cd "$(dirname "$0")/../../.."
helper=${HELPER:-build/bin/vmnet-helper}
log=${LOG:-modes.log}
sudo=sudo
# From macOS 26 a signed helper needs no root.
if [ "$(sw_vers -productVersion | cut -d. -f1)" -ge 26 ]; then
    sudo=
fi
: >"$log"
status=0

try() {
    echo "== $*"
    line=$($sudo python3 tests/macos/probe.py "$@") || {
        echo "FAILED: $*"
        status=1
    }
    [ -z "$line" ] || echo "$line" | tee -a "$log"
}

try "$helper" --operation-mode shared
try "$helper" --operation-mode host
try "$helper" --operation-mode shared --start-address 192.168.77.1 --end-address 192.168.77.254 \
    --subnet-mask 255.255.255.0
try "$helper" --operation-mode shared --enable-tso --enable-checksum-offload
try "$helper" --operation-mode shared --offload-engine on
try --json-only "$helper" --operation-mode host --enable-isolation
for interface in $("$helper" --list-shared-interfaces | head -n 1); do
    try --json-only "$helper" --operation-mode bridged --shared-interface "$interface"
done
exit $status
