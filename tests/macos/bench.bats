# `bench path` over the helper for macOS, on the double: where a Mac's path of the frames is measured on Linux. How
# fast it is is not asked here.

load ../lib/common
load ../lib/double
bats_require_minimum_version 1.5.0

setup_file() { double_build; }

setup() {
    [ -z "$missing" ] || skip "$missing"
    need_root
    need_tun
    command -v iperf3 >/dev/null || skip "needs iperf3"
    dir=$(mktemp -d /tmp/vb.XXXXXX)
    cd "$dir" || return 1
    settings="FAKE_VMNET_TAP=mac0 FAKE_VMNET_SUBNET=192.168.106"
}

teardown() {
    cd /
    [ -z "${dir:-}" ] || rm -rf "$dir"
}

path() {
    run --separate-stderr timeout 120 "$dir/bin/vmnet-bench" path --quick --json "$@"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
}

# shellcheck disable=SC2086 # a word for each setting
@test "bench path: streams both ways and round trips" {
    double_folder "$dir/bin" $settings
    path --only 'helper-1/*-to-*' --only helper-1/latency-idle
    for column in gbit_host_to_vm gbit_vm_to_host kframes_host_to_vm kframes_vm_to_host idle_p50_us; do
        jq -e ".helper.$column.median > 0" <<<"$output" >/dev/null
    done
}

# shellcheck disable=SC2086
@test "bench path: with virtio headers" {
    double_folder "$dir/bin" $settings -- --offload-engine on
    path --only helper-1/host-to-vm --only helper-1/vm-to-host
    jq -e '.helper.gbit_host_to_vm.median > 0 and .helper.gbit_vm_to_host.median > 0' <<<"$output" >/dev/null
}

# shellcheck disable=SC2086
@test "bench path: with a VM that takes super-frames" {
    double_folder "$dir/bin" $settings
    path --only offload-1/host-to-vm --only offload-1/vm-to-host
    jq -e '."helper:offload" | .gbit_host_to_vm.median > 0 and .gbit_vm_to_host.median > 0' <<<"$output" >/dev/null
}
