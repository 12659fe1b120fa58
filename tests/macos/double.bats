# The helper with its macOS files, run on Linux: a small fake Darwin (fake/) stands in for vmnet, XPC, GCD
# and Darwin's sockets. With a TAP behind it, real traffic takes the path of macOS.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client
load ../lib/double

setup_file() { double_build; }

setup() {
    [ -z "$missing" ] || skip "$missing"
    double=$build/macos/double
    bin=$double/bin
    dir=
}

teardown() { net_teardown; }

# with_network: a namespace with a gateway on the fake vmnet's TAP, which gives addresses.
with_network() {
    net_setup
    export FAKE_VMNET_TAP=mac0 FAKE_VMNET_SUBNET=192.168.105
}

start_dhcp() {
    in_ns dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= --interface=mac0 \
        --bind-interfaces --dhcp-leasefile="$dir/leases" --dhcp-range=192.168.105.2,192.168.105.254,255.255.255.0 \
        --dhcp-rapid-commit --no-ping >"$dir/dnsmasq.log" 2>&1 3>&- &
    echo $! >"$dir/dnsmasq.pid"
}

# A program of cmocka tests; what failed is shown.
unit() {
    run env CMOCKA_MESSAGE_OUTPUT=TAP timeout 120 "$double/$1"
    [ "$status" -eq 0 ] || { grep -v '^ok' <<<"$output" | head -n 60 >&2; return 1; }
}

@test "vmnet: starting, stopping and the broker, with each failure" {
    unit test_vmnet_life
}

@test "vmnet: reading and writing, with each failure" {
    unit test_vmnet_frames
}

@test "datagrams by Darwin's rules" {
    unit test_datagram
}

@test "signals by kqueue" {
    unit test_signals
}

# Counted again in a build of its own: how many lines of these files the three above run.
@test "they run 90 % of the lines of each macOS file" {
    run flock "$build/coverage.lock" make -C "$root" BUILD="$build" macos-coverage
    assert_success
    echo "$output" >"$double/coverage.txt"
    [ "$(grep -cE '^src/helper/[a-z_]+\.c [0-9.]+$' <<<"$output")" -eq 8 ]
}

@test "lines that nothing runs are found" {
    command -v llvm-cov >/dev/null || skip "llvm-cov is missing"
    printf 'int main(int argc, char **argv)\n{\n    if (argc > 5)\n        return 1;\n    return 0;\n}\n' >"$BATS_TEST_TMPDIR/src.c"
    mkdir "$BATS_TEST_TMPDIR/src" && mv "$BATS_TEST_TMPDIR/src.c" "$BATS_TEST_TMPDIR/src/one.c"
    (cd "$BATS_TEST_TMPDIR" && clang -fprofile-instr-generate -fcoverage-mapping -o one "$BATS_TEST_TMPDIR/src/one.c")
    run "$root/tests/macos/coverage.sh" "$BATS_TEST_TMPDIR/out" 90 src/one.c -- "$BATS_TEST_TMPDIR/one"
    assert_failure 1
    assert_line --partial "src/one.c 80.0"
    assert_line "not run: src/one.c: 4"
    run "$root/tests/macos/coverage.sh" "$BATS_TEST_TMPDIR/out" 75 src/one.c -- "$BATS_TEST_TMPDIR/one"
    assert_success
}

# Without root, as before macOS 26: those tests never get as far as to start it.
@test "the tests of the command line pass on the double" {
    run env FAKE_VMNET_START=1005 BUILD="$double" timeout 300 bats "$root/tests/cli/helper.bats"
    [ "$status" -eq 0 ] || { grep -A 20 '^not ok' <<<"$output" | head -n 60 >&2; return 1; }
}

@test "the shared interfaces are listed, one a line" {
    FAKE_VMNET_LIST=en0,en1 run "$bin/vmnet-helper" --list-shared-interfaces
    assert_success
    assert_output "en0
en1"
}

@test "no list is a failure that names another way" {
    FAKE_VMNET_LIST=none run "$bin/vmnet-helper" --list-shared-interfaces
    assert_failure 1
    assert_output --partial ifconfig
}

@test "the log names macOS and its version" {
    net_setup
    FAKE_MACOS=15.2 start_helper one
    run cat "$dir/one.log"
    assert_line --regexp '^INFO  \[main\] running .* on macOS 15\.2\.0$'
    assert_line --partial "started vmnet interface"
}

@test "shared mode: ten keys" {
    net_setup
    start_helper one --interface-id 2835E074-9892-4A79-AFFB-7E41D2605678
    run jq -r 'keys_unsorted | length' "$dir/one.json"
    assert_output 10
    assert_equal "$(helper_value one vmnet_interface_id)" 2835E074-9892-4A79-AFFB-7E41D2605678
    assert_equal "$(helper_value one vmnet_nat66_prefix)" "fd9b:5a14:ba57:e3d3::"
}

@test "host mode: the addresses that were asked for, no prefix" {
    net_setup
    start_helper one --operation-mode host --start-address 10.5.0.1 --end-address 10.5.0.254 --subnet-mask 255.255.255.0
    assert_equal "$(helper_value one vmnet_start_address)" 10.5.0.1
    assert_equal "$(helper_value one vmnet_nat66_prefix)" null
}

@test "bridged mode: no addresses" {
    net_setup
    start_helper one --operation-mode bridged --shared-interface en0
    assert_equal "$(helper_value one vmnet_start_address)" null
    assert_equal "$(helper_value one vmnet_mtu)" 1500
}

@test "a network of the broker: its subnet in four keys" {
    net_setup
    FAKE_MACOS=26.0 FAKE_BROKER=ok start_helper one --network shared
    assert_equal "$(helper_value one net_ipv4_subnet)" 192.168.128.0
    assert_equal "$(helper_value one net_ipv4_mask)" 255.255.255.0
    assert_equal "$(helper_value one net_ipv6_prefix)" "fd6d:5a24:3e62:4f9e::"
    assert_equal "$(helper_value one net_ipv6_prefix_len)" 64
    assert_equal "$(helper_value one vmnet_start_address)" null
}

@test "a network of the broker takes no mode" {
    FAKE_MACOS=26.0 run "$bin/vmnet-helper" --fd 3 --network shared --operation-mode host
    assert_failure 2
    assert_output --partial "leave those options out"
}

@test "with offloads frames may have 65550 bytes" {
    net_setup
    start_helper one --enable-tso --enable-checksum-offload
    assert_equal "$(helper_value one vmnet_max_packet_size)" 65550
}

@test "before macOS 15 the packets of one call are Apple's 200" {
    net_setup
    FAKE_MACOS=14.6 start_helper one
    assert_equal "$(helper_value one vmnet_read_max_packets)" 200
}

@test "a start that vmnet refuses is status 1 and one line with the remedy" {
    net_setup
    FAKE_VMNET_START=1005 run fail_helper
    assert_failure 1
    assert_equal "$(grep -c ^ERROR <<<"$output")" 1
    assert_line --partial sudo
    assert_line --partial com.apple.security.virtualization
}

@test "a VM that goes ends the helper with status 0" {
    with_network
    start_helper one
    start_vm one
    # Before its first frame it is nobody's VM.
    wait_for 20 grep -q 'serving client' "$dir/one.log"
    stop_vm one
    wait_for 20 is_gone "$(helper_pid one)"
    run cat "$dir/one.log"
    assert_line --partial "stopping: vm gone"
}

@test "a vmnet that fails ends the helper with its reason" {
    with_network
    FAKE_VMNET_WRITE=1001 start_helper one
    # Not start_vm: with the first frame of its network stack it may be gone again.
    namespace_add "${ns}one"
    ip netns exec "${ns}one" "$tools/vm_peer" --socket "$dir/one.sock" --mac 0a:d6:36:c1:ea:f3 \
        >"$dir/one.peer.log" 2>&1 3>&- &
    echo $! >"$dir/one.peer.pid"
    wait_for 20 is_gone "$(helper_pid one)"
    run cat "$dir/one.log"
    assert_line --partial "cannot write to vmnet: failure (1001)"
    assert_line --partial "stopping: interface gone"
}

@test "a vmnet that never stops holds the helper up for seconds only" {
    net_setup
    FAKE_VMNET_STOP=never start_helper one
    stop_helper one
    run cat "$dir/one.log"
    assert_line --partial "vmnet did not stop the interface within 5 s"
}

@test "who asks twice to stop has it at once, whatever vmnet does" {
    net_setup
    FAKE_VMNET_STOP=hang start_helper one
    kill -TERM "$(helper_pid one)"
    wait_for 20 grep -q 'stopping: signal' "$dir/one.log"
    wait_for 30 ends_when_asked_again
}

ends_when_asked_again() {
    kill -TERM "$(helper_pid one)" 2>/dev/null || return 0
    is_gone "$(helper_pid one)"
}

@test "USR1 logs the counters" {
    with_network
    start_helper one
    start_vm one
    wait_for 20 grep -q 'serving client' "$dir/one.log"
    kill -USR1 "$(helper_pid one)"
    wait_for 20 grep -q 'stats' "$dir/one.log"
}

# 104 bytes of sun_path, and a NUL.
@test "a socket's path has at most 103 bytes" {
    net_setup
    path=$dir/$(printf "%0$((103 - ${#dir} - 1))d" 0)
    assert_equal ${#path} 103
    ip netns exec "$ns" "$bin/vmnet-helper" --socket "$path" >"$dir/one.json" 2>"$dir/one.log" 3>&- &
    echo $! >"$dir/one.helper.pid"
    wait_for 20 test -s "$dir/one.json"
    [ -S "$path" ]
    stop_helper one
    run in_ns "$bin/vmnet-helper" --socket "${path}0"
    assert_failure 2
    assert_equal "${#lines[@]}" 1
    assert_output --partial "socket path is 104 bytes long, the limit is 103"
    [ ! -e "${path}0" ]
}

@test "a guest gets an address and reaches the gateway" {
    with_network
    start_helper one
    start_dhcp
    start_vm one
    vm_dhcp one
    assert_equal "$(lease one server)" 192.168.105.1
    vm_reaches one 192.168.105.1
}

@test "the probe that runs on Macs gets its answers" {
    with_network
    # dnsmasq needs the interface, which is there as long as the helper is.
    in_ns bash -c 'until ip link show mac0 up >/dev/null 2>&1; do sleep 0.05; done
        exec dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= --interface=mac0 \
            --bind-dynamic --dhcp-leasefile="$0/leases" --dhcp-range=192.168.105.2,192.168.105.254,255.255.255.0 \
            --no-ping' "$dir" >"$dir/dnsmasq.log" 2>&1 3>&- &
    echo $! >"$dir/dnsmasq.pid"
    run in_ns timeout 100 python3 "$root/tests/macos/probe.py" "$bin/vmnet-helper" --operation-mode shared
    assert_success
    run jq -r '.status, (.found | keys[])' <<<"${lines[-1]}"
    assert_output "0
address
gateway
ping"
}

@test "privilege is given up for good" {
    net_setup
    chmod 777 "$dir"
    start_helper one --user nobody
    run awk '/^(Uid|Gid|Groups):/ { $1 = $1; print }' "/proc/$(helper_pid one)/status"
    id=$(id -u nobody) group=$(id -g nobody)
    assert_output "Uid: $id $id $id $id
Gid: $group $group $group $group
Groups: $group"
}

# Both ways over TCP, and compare.
transfer_both_ways() {
    head -c 8000000 /dev/urandom >"$dir/sent"
    in_ns timeout 60 python3 "$root/tests/macos/echo.py" 192.168.105.1 7777 3>&- &
    echo $! >"$dir/echo.pid"
    wait_for 20 in_ns bash -c 'ss -ltn | grep -q :7777'
    in_vm one timeout 60 python3 "$root/tests/macos/echo.py" --send 192.168.105.1 7777 <"$dir/sent" >"$dir/received"
    cmp "$dir/sent" "$dir/received"
}

@test "TCP passes whole, both ways" {
    with_network
    start_helper one
    start_dhcp
    start_vm one
    vm_dhcp one
    transfer_both_ways
}

@test "TCP passes whole through the offload engine and virtio headers" {
    with_network
    start_helper one --offload-engine on
    start_dhcp
    start_vm one
    vm_dhcp one
    transfer_both_ways
}

@test "TCP passes whole when the batched calls are missing and vmnet takes little" {
    with_network
    FAKE_SENDMSG_X=78 FAKE_RECVMSG_X=78 FAKE_VMNET_WRITE='short:1*' FAKE_VMNET_EVENTS=storm:20 start_helper one
    start_dhcp
    start_vm one
    vm_dhcp one
    transfer_both_ways
}

@test "TCP passes whole in a stream, and through the engine and virtio headers" {
    framing=stream
    with_network
    start_helper one --framing stream --offload-engine on
    start_dhcp
    start_vm one
    vm_dhcp one
    transfer_both_ways
}

@test "with --keep the next client gets a socket on the same path" {
    with_network
    start_helper one --keep
    for _ in 1 2; do
        client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp 192.168.105.1
        rm "$dir/vm.sock"
        # Not to the last client's socket.
        wait_for 20 waits_after_client
    done
    stop_helper one
}

waits_after_client() {
    [ "$(grep -c 'waiting for client on' "$dir/one.log")" -gt "$(grep -c 'serving client' "$dir/one.log")" ]
}
