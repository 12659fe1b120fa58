# vmnet-bench run: one cell of the matrix, with a real guest.
load ../lib/common
load ../lib/namespace

setup_file() {
    need_root
    need_tun
    command -v qemu-system-x86_64 >/dev/null || skip "needs qemu-system-x86_64"
    dir=$(mktemp -d /tmp/vb.XXXXXX)
    export dir VMNET_HOME=$dir/home
    namespace_make
    cat >"$dir/b.yaml" <<YAML
drivers: [{name: qemu, tag: tiny, image: tiny}]
operation-modes: [host]
vms: [1]
tests: [host-to-vm]
latency: true
pps: true
time: 1
output: $dir/out
YAML
}

teardown_file() {
    [ -n "${dir:-}" ] || return 0
    "$bin/vmnet-bench" delete >/dev/null 2>&1 || true
    namespace_remove || true
    rm -rf "$dir"
}

setup() {
    cell="$dir/out/bench/vmnet-helper/host-qemu:tiny-1"
}

@test "a cell: iperf3's JSON, what it cost, and no VM left running" {
    run timeout 600 "$bin/vmnet-bench" run --netns "$ns" "$dir/b.yaml"
    assert_success
    assert_line --regexp '^vmnet-helper/host-qemu:tiny-1/host-to-vm +[0-9.]+ Gbit/s$'
    jq -e '.end.sum_received.bits_per_second > 0' "$cell/host-to-vm.json"
    jq -e '.rounds["host-to-vm.json"] | .status == "ok" and .helper_cpu_seconds >= 0 and .helper_stats.host.bytes > 0' \
        "$cell/run.json"
    jq -e '.setup.vms[0] | (.kernel | length > 0) and .image == "tiny" and (.accelerator | test("^(kvm|tcg)"))' "$cell/run.json"
    # What it was measured with: nothing that the numbers depend on is left out.
    jq -e '.host | all(.system, .kernel, .name, .processor, .governor, .iperf3, .qemu; type == "string" and length > 0) and
           .processors >= 1' "$cell/run.json"
    jq -e '.["vmnet-helper"] | (.version | length > 0) and (.commit | length > 0)' "$cell/run.json"
    jq -e '.setup.vms[0] | (.command | index("-accel") and index("-kernel")) and (.helper_command | index("--operation-mode"))' \
        "$cell/run.json"
    jq -e '.rounds["host-to-vm.json"].command | index("iperf3") and index("--json")' "$cell/run.json"
    # Round trips and small frames of a real guest.
    local test
    for test in latency-idle latency-loaded; do
        jq -e '.bench.count > 0 and .bench.round_trip_us.p99 > 0' "$cell/$test.json"
    done
    jq -e '.end.sum.packets > 0 and .start.test_start.blksize == 18' "$cell/frames-host-to-vm.json"
    jq -e '.start.test_start.reverse == 1' "$cell/frames-vm-to-host.json"
    run "$bin/vmnet-harness" vm status bench-qemu-tiny-host-1 --json
    jq -e '.state == "stopped"' <<<"$output"
}

@test "resume keeps what is there" {
    [ -e "$cell/host-to-vm.json" ] || skip "the cell was not measured"
    cp "$cell/host-to-vm.json" "$dir/before.json"
    run timeout 600 "$bin/vmnet-bench" run --resume --netns "$ns" "$dir/b.yaml"
    assert_success
    cmp "$cell/host-to-vm.json" "$dir/before.json"
}

@test "delete removes the VMs" {
    run timeout 120 "$bin/vmnet-bench" delete
    assert_success
    run "$bin/vmnet-harness" vm list --json
    assert_success
    [ "$(jq '[.[] | select(.name | startswith("bench-"))] | length' <<<"$output")" = 0 ]
}
