# vmnet-bench run, whole, with guests that are this machine: what iperf3 makes of the command lines that a benchmark
# gives it. In a network namespace of its own, so that its ports are free.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
    need_root
    command -v iperf3 >/dev/null || skip "needs iperf3"
    dir=$(mktemp -d /tmp/vb.XXXXXX)
    cd "$dir" || return 1
    cp "$bin/vmnet-bench" vmnet-bench
    cp "$root/tests/lib/fake_harness.sh" vmnet-harness
    export FAKE_HARNESS_LOG=$dir/calls
    cell=$dir/out/bench/vmnet-helper/host-qemu-1
}

teardown() {
    cd /
    [ -z "${dir:-}" ] || rm -rf "$dir"
}

# bench YAML: run the benchmark with one VM in host mode, one second each.
bench() {
    printf 'drivers: [{name: qemu}]\noperation-modes: [host]\ntime: 1\noutput: out\n%s\n' "$1" >b.yaml
    run --separate-stderr timeout 300 unshare --net sh -c 'ip link set lo up && exec ./vmnet-bench run b.yaml'
    [ "$status" -eq 0 ] || { echo "$output"; echo "$stderr"; false; }
}

# The words of a round's command after "iperf3".
words() {
    jq -r --arg file "$1" '.rounds[$file].command | join(" ") | sub("^.*iperf3 "; "")' "$cell/run.json"
}

@test "parallel and omit: so many streams, and the start does not count" {
    bench $'vms: 1\ntests: [host-to-vm]\nparallel: 3\nomit: 1'
    jq -e '.start.test_start | .num_streams == 3 and .omit == 1 and .duration == 1' "$cell/host-to-vm.json"
    [ "$(words host-to-vm.json)" = "-c 127.0.0.1 -p 5301 --time 1 --json --omit 1 --parallel 3" ]
}

@test "bidir: both ways, and their sum counts" {
    bench $'vms: 1\ntests: [vm-to-host]\nbidir: true'
    local sum shown
    sum=$(jq '.end.sum_received.bits_per_second + .end.sum_received_bidir_reverse.bits_per_second' "$cell/vm-to-host.json")
    shown=$(awk '$1 == "vmnet-helper/host-qemu-1/vm-to-host" { print $2 }' <<<"$output")
    jq -en --argjson sum "$sum" --argjson shown "$shown" '$sum > 0 and ($sum / 1e9 - $shown | fabs) < 0.01'
    [ "$(words vm-to-host.json)" = "-c 127.0.0.1 -p 5301 --time 1 --json --bidir" ]
}

@test "vm-to-vm: the client is in the second VM" {
    bench $'vms: 2\ntests: [vm-to-vm]'
    cell=$dir/out/bench/vmnet-helper/host-qemu-2
    [ "$(words vm-to-vm.json)" = "-c 127.0.0.1 -p 5301 --time 1 --json --forceflush" ]
    grep -q "^vm exec bench-qemu-host-2 -- iperf3 -c 127.0.0.1" calls
    grep -q "^vm exec bench-qemu-host-1 -- iperf3 -s" calls
}

@test "VMs are started side by side with options that the harness has, and stopped by one command" {
    printf '%s\n' 'drivers: [{name: krunkit, offloading: true, offload-engine: off, command: /opt/krunkit}]' 'operation-modes: [bridged]' \
        'shared-interface: en0' 'cpus: 3' 'memory: 512' 'image: tiny' 'tests: [host-to-vm]' 'time: 1' 'output: out' >b.yaml
    run --separate-stderr timeout 300 unshare --net sh -c 'ip link set lo up && exec ./vmnet-bench run b.yaml'
    [ "$status" -eq 0 ] || { echo "$output"; echo "$stderr"; false; }
    local words='--driver krunkit --driver-command /opt/krunkit --image tiny --operation-mode bridged --shared-interface en0'
    grep -q "^vm start bench-krunkit-bridged-1 .*$words --cpus 3 --memory 512 --offload-engine off --enable-offloading$" calls
    grep -q "^vm start bench-krunkit-bridged-2 " calls
    grep -q "^vm stop bench-krunkit-bridged-1 bench-krunkit-bridged-2$" calls
    "$bin/vmnet-harness" vm start --help >help.txt
    local option
    for option in $(grep '^vm start' calls | grep -o -e ' --[a-z-]*' | sort -u); do
        grep -q -e "$option " help.txt || { echo "the harness has no $option"; false; }
    done
}

@test "what was made ready is kept of a disk, and each start begins with it" {
    command -v qemu-io >/dev/null || skip "needs qemu-io (qemu-utils)"
    mkdir files
    export FAKE_HARNESS_DIR=$dir/files
    qemu-img create -q -f qcow2 files/disk.qcow2 1M
    printf '%s\n' 'drivers: [{name: qemu}]' 'operation-modes: [host]' 'vms: 1' 'tests: [host-to-vm]' 'time: 1' >b.yaml
    run ./vmnet-bench create b.yaml
    assert_success
    assert_output bench-qemu-host-1
    qemu-img snapshot -l files/disk.qcow2 | grep -q bench-ready
    qemu-io -c 'write -P 7 0 512' files/disk.qcow2
    run --separate-stderr timeout 300 unshare --net sh -c "ip link set lo up && exec ./vmnet-bench run $dir/b.yaml"
    [ "$status" -eq 0 ] || { echo "$output"; echo "$stderr"; false; }
    run qemu-io -c 'read -P 0 0 512' files/disk.qcow2
    refute_output --partial "Pattern verification failed"
    # A second time there is nothing left to make.
    : >calls
    run ./vmnet-bench create b.yaml
    assert_success
    assert_output bench-qemu-host-1
    refute [ "$(grep -c '^vm start' calls)" -gt 0 ]
    [ "$(qemu-img snapshot -l files/disk.qcow2 | grep -c bench-ready)" = 1 ]
}

# iperf3 before the real one in PATH: a client on one of the ports reports an error, each call is counted.
failing_iperf3() {
    mkdir -p path
    cat >path/iperf3 <<SCRIPT
#!/bin/sh
case " \$* " in
*" -c "*) echo client >>$dir/clients
          for port in $*; do
              case " \$* " in *" -p \$port "*) echo '{"error": "it was made to fail"}'; exit 1 ;; esac
          done ;;
esac
exec $(command -v iperf3) "\$@"
SCRIPT
    chmod 755 path/iperf3
}

@test "a cell that fails is tried once more, on another port" {
    failing_iperf3 5301
    PATH=$dir/path:$PATH bench $'vms: 1\ntests: [host-to-vm]'
    [ "$(wc -l <clients)" -eq 2 ]
    jq -e '.rounds["host-to-vm.json"].status == "ok"' "$cell/run.json"
    words host-to-vm.json | grep -q -- '-p 5302 '
}

@test "a port that is taken: the second try has another one" {
    printf 'drivers: [{name: qemu}]\noperation-modes: [host]\ntime: 1\noutput: out\nvms: 1\ntests: [host-to-vm]\n' >b.yaml
    # shellcheck disable=SC2016 # expanded by the shell that runs it
    run --separate-stderr timeout 300 unshare --net sh -c 'ip link set lo up; iperf3 -s -p 5301 --forceflush >server.txt & server=$!
        until grep -q listening server.txt; do sleep 0.1; done
        ./vmnet-bench run b.yaml; status=$?; kill $server; exit $status'
    [ "$status" -eq 0 ] || { echo "$output"; echo "$stderr"; false; }
    words host-to-vm.json | grep -q -- '-p 5302 '
}

@test "a cell that fails twice is recorded with its reason, the rest goes on, and the exit status says so" {
    failing_iperf3 5301 5302
    printf 'drivers: [{name: qemu}]\noperation-modes: [host]\ntime: 1\noutput: out\nvms: 1\ntests: [host-to-vm, vm-to-host]\n' >b.yaml
    PATH=$dir/path:$PATH run --separate-stderr timeout 300 unshare --net sh -c 'ip link set lo up && exec ./vmnet-bench run b.yaml'
    assert_failure 1
    jq -e '.rounds | .["host-to-vm.json"] == {status: "failed", reason: "iperf3 failed: it was made to fail"} and
           .["vm-to-host.json"].status == "ok"' "$cell/run.json" || { jq .rounds "$cell/run.json"; false; }
    [ ! -e "$cell/host-to-vm.json" ]
    jq -e .end.sum_received "$cell/vm-to-host.json"
}

@test "set-ups take turns, after one warm-up each, and progress tells the time left" {
    bench $'vms: [1, 2]\ntests: [host-to-vm]\nrepeat: 2'
    local order
    order=$(sed -nE 's#^\[([0-9])/4[^]]*\] vmnet-helper/host-qemu-([0-9])/host-to-vm, round ([0-9])$#\1:\2:\3#p' <<<"$stderr" | xargs)
    [ "$order" = "1:1:1 2:2:1 3:1:2 4:2:2" ] || { echo "$stderr"; false; }
    grep -qE '^\[2/4, [0-9]+ (s|min) left\]' <<<"$stderr"
    # A server for each measured stream, and one for each warm-up: each on a port of its own.
    [ "$(grep -c '^vm exec bench-qemu-host-1 -- iperf3 -s -1 -p ' calls)" -eq 8 ]
    [ "$(grep '^vm exec bench-qemu-host-1 -- iperf3 -s' calls | sort -u | wc -l)" -eq 8 ]
}

has_two_servers() {
    [ "$(grep -c -e '-- iperf3 -s' calls)" -eq 2 ]
}

@test "Ctrl-C: VMs and iperf3 end, and what is done is kept" {
    printf '%s\n' 'drivers: [{name: qemu}]' 'operation-modes: [host]' 'vms: 1' 'tests: [host-to-vm, vm-to-host]' 'time: 30' \
        'output: out' >b.yaml
    sed 's/time: 30/time: 1/; s/, vm-to-host//' b.yaml >short.yaml
    unshare --net sh -c 'ip link set lo up && ./vmnet-bench run short.yaml && exec ./vmnet-bench run --resume b.yaml' \
        >out.txt 2>err.txt 3>&- &
    local pid=$! status=0
    wait_for 60 has_two_servers
    local children
    children=$(pgrep -P "$pid")
    kill -INT "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || { echo "status $status"; cat err.txt; false; }
    jq -e .end.sum_received "$cell/host-to-vm.json"
    [ ! -e "$cell/vm-to-host.json" ]
    [ "$(tail -n 1 calls)" = "vm stop bench-qemu-host-1" ]
    local child
    for child in $children; do
        wait_for 20 is_gone "$child"
    done
}

@test "udp: a search keeps the report of the highest rate without loss" {
    bench $'vms: 1\ntests: [host-to-vm]\nprotocol: udp\nbitrate: search'
    jq -e '.start.test_start.protocol == "UDP" and .end.sum.lost_packets == 0' "$cell/host-to-vm.json"
    jq -e '.rounds["host-to-vm.json"].search | length >= 1 and length <= 16 and all(.bitrate and .received >= 0)' "$cell/run.json"
}

@test "pps and latency: frames by iperf3, round trips by ICMP with their histogram" {
    bench $'vms: 1\ntests: [host-to-vm]\npps: true\nlatency: true'
    jq -e '.start.test_start | .protocol == "UDP" and .blksize == 18 and .reverse == 0' "$cell/frames-host-to-vm.json"
    jq -e '.start.test_start | .blksize == 18 and .reverse == 1' "$cell/frames-vm-to-host.json"
    local test
    for test in latency-idle latency-loaded; do
        jq -e '.bench | .count > 0 and .round_trip_us.p50 <= .round_trip_us.p99 and
               ([.histogram_ns[][1]] | add) == .count' "$cell/$test.json"
        assert_line --regexp "^vmnet-helper/host-qemu-1/$test +[0-9.]+ µs p99$"
    done
    assert_line --regexp '^vmnet-helper/host-qemu-1/frames-host-to-vm +[0-9.]+ k frames/s$'
    jq -e '.rounds["latency-loaded.json"].load | index("iperf3")' "$cell/run.json"
    jq -e '.rounds["latency-idle.json"].load == null' "$cell/run.json"
}

@test "SIGKILL in the middle: whole files stay, and --resume measures the rest" {
    printf '%s\n' 'drivers: [{name: qemu}]' 'operation-modes: [host]' 'vms: 1' 'tests: [host-to-vm, vm-to-host]' 'time: 1' \
        'repeat: 2' 'output: out' >b.yaml
    # Both runs need the same ports, and the second one none that the first may still hold: a namespace each.
    unshare --net sh -c 'ip link set lo up && exec ./vmnet-bench run b.yaml' >first.txt 2>&1 3>&- &
    local pid=$!
    wait_for 60 test -e "$cell/host-to-vm.json"
    kill -KILL "$pid"
    wait "$pid" || true
    jq -e '.end.sum_received' "$cell/host-to-vm.json"
    [ ! -e "$cell/vm-to-host.2.json" ] # the last one
    cp "$cell/host-to-vm.json" before.json
    run --separate-stderr timeout 300 unshare --net sh -c 'ip link set lo up && exec ./vmnet-bench run --resume b.yaml'
    [ "$status" -eq 0 ] || { echo "$output"; echo "$stderr"; false; }
    cmp "$cell/host-to-vm.json" before.json
    local file
    for file in vm-to-host host-to-vm.2 vm-to-host.2; do
        jq -e '.end.sum_received' "$cell/$file.json"
    done
    jq -e '[.rounds[] | select(.status == "ok")] | length >= 3' "$cell/run.json"
}
