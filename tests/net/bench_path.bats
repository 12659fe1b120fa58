# vmnet-bench path: real traffic through real cables, in namespaces that the bench makes itself. How fast it
# is is not asked here: the machine is shared.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
    need_root
    need_tun
    command -v iperf3 >/dev/null || skip "needs iperf3"
    dir=$(mktemp -d /tmp/vb.XXXXXX)
    cd "$dir" || return 1
}

teardown() {
    cd /
    [ -z "${dir:-}" ] || rm -rf "$dir"
}


@test "the helper: streams, frames and round trips" {
    run --separate-stderr timeout 120 "$bin/vmnet-bench" path --quick --json --only helper-1
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    local column
    for column in gbit_host_to_vm gbit_vm_to_host kframes_host_to_vm kframes_vm_to_host idle_p50_us loaded_p99_us; do
        jq -e ".helper.$column.median > 0" <<<"$output" >/dev/null
    done
    jq -e '.helper.cpu_host_to_vm.median >= 0' <<<"$output" >/dev/null
    # iperf3's own JSON, untouched.
    jq -e '.start.version and .end.sum_received.bits_per_second' out/bench/path/host-helper-1/host-to-vm.json >/dev/null
    jq -e '.host.kernel and .rounds["vm-to-host.json"].status == "ok"' out/bench/path/host-helper-1/run.json >/dev/null
    jq -e '.setup.vms[0].helper_command | index("--operation-mode") and index("host")' out/bench/path/host-helper-1/run.json >/dev/null
}

@test "super-frames, the reference and the limit" {
    run --separate-stderr timeout 120 "$bin/vmnet-bench" path --quick --only 'host-[cv]*/*-to-*' --only 'offload-1/*-to-*'
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    assert_line --regexp '^cable +[0-9.]+ +[0-9.]+ '
    assert_line --regexp '^helper:offload +[0-9.]+ +[0-9.]+ '
    assert_line --regexp '^veth +[0-9.]+ +[0-9.]+ +- +- '
    assert_line --regexp '^  times the cable +[0-9.]+ +[0-9.]+ +[0-9.]+ '
}

@test "two peers on one socket are the limit of it; the guard is measured if it is named" {
    run --separate-stderr timeout 120 "$bin/vmnet-bench" path --quick --only 'host-peers-1/*-to-*' --only 'helper:guard-1/host-to-vm'
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    assert_line --regexp '^peers +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ '
    assert_line --regexp '^helper:guard +[0-9.]+ +- '
    # Ratios need the reference in the same run.
    refute_line --partial 'times the cable'
}

@test "several VMs at once: their sum, and each one's own report" {
    run --separate-stderr timeout 300 "$bin/vmnet-bench" path --quick --json --vms 1,2 --only 'helper-*/*vm-to-vm' \
        --only 'helper-*/host-to-vm'
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    jq -e '.helper.gbit_host_to_vm.median > 0 and .helper.gbit_vm_to_vm == null and
           .["helper #2"].gbit_host_to_vm.median > 0 and .["helper #2"].gbit_vm_to_vm.median > 0' <<<"$output"
    jq -e '.end.sum_received.bits_per_second and .bench == null' out/bench/path/host-helper-1/host-to-vm.json
    jq -e '(.bench.streams | length) == 2 and
           (([.bench.streams[].end.sum_received.bits_per_second] | add) - .end.sum_received.bits_per_second | fabs) < 1000' \
        out/bench/path/host-helper-2/host-to-vm.json
    # Two VMs are one pair, and so one report: iperf3's own.
    jq -e '.end.sum_received.bits_per_second and .bench == null' out/bench/path/host-helper-2/vm-to-vm.json
    command -v gnuplot >/dev/null || return 0
    run "$bin/vmnet-bench" plot -o out scaling
    assert_success
    run cat out/plot/scaling/host.txt
    assert_line --regexp '^  path helper #1 +[0-9.]+'
    assert_line --regexp '^  path helper #2 +[0-9.]+'
}

@test "an end in the middle keeps what is done, and leaves no process" {
    "$bin/vmnet-bench" path --rounds 100 --time 1 --only helper-1/host-to-vm >out.txt 2>err.txt 3>&- &
    local pid=$!
    wait_for 60 test -e out/bench/path/host-helper-1/host-to-vm.json
    local children
    children=$(pgrep -P "$pid")
    [ -n "$children" ]
    kill -TERM "$pid"
    local status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    local child
    for child in $children; do
        wait_for 20 is_gone "$child"
    done
    grep -q '^helper ' out.txt
    jq -e '.end.sum_received' out/bench/path/host-helper-1/host-to-vm.json >/dev/null
}

@test "without privilege it names the remedy" {
    chmod 755 "$dir"
    run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/vmnet-bench" path --quick
    # Not readable for others where the repository is below /root.
    [[ $output != *"failed to execute"* ]] || skip "the build folder cannot be read by others"
    assert_failure 1
    assert_output --partial "run it as root"
}
