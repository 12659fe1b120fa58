# Real guests whose network goes through the macOS helper, on the double: the path of the frames is that of
# macOS, what is behind vmnet is a TAP of Linux. One guest's helper moves frames as they are, the other's
# has the offload engine and vmnet's virtio headers.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    export missing=
    command -v clang >/dev/null || { missing="clang is missing"; return; }
    [ -e /usr/include/Block.h ] || { missing="libblocksruntime-dev is missing"; return; }
    vm_setup
    # Another file may build it at the same time.
    flock "$build/macos.lock" make -C "$root" BUILD="$build" macos-double >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; return 1; }
    programs plain '"$@"'
    programs headers '--offload-engine on "$@"'
    dhcp mac0 192.168.105
    dhcp mac1 192.168.107
    guest_of plain mac0 192.168.105 one
    guest_of headers mac1 192.168.107 two
}

# programs NAME ARGUMENTS: a folder of programs; the harness takes the helper that lies beside it.
programs() {
    mkdir "$dir/$1"
    cp "$build/bin/vmnet-harness" "$build/bin/vmnet-client" "$dir/$1/"
    cp "$build/macos/double/bin/vmnet-helper" "$dir/$1/helper"
    printf '#!/bin/sh\nexec "${0%%/*}/helper" %s\n' "$2" >"$dir/$1/vmnet-helper"
    chmod +x "$dir/$1/vmnet-helper"
}

# The TAP comes with the helper.
dhcp() {
    ip netns exec "$ns" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
        --interface="$1" --bind-dynamic --dhcp-leasefile="$dir/$1.leases" --no-ping \
        --dhcp-range="$2.2,$2.254,255.255.255.0" >"$dir/$1.log" 2>&1 3>&- &
}

guest_of() {
    bin=$dir/$1
    FAKE_VMNET_TAP=$2 FAKE_VMNET_SUBNET=$3 start_guest "$4" --image tiny
}

teardown_file() {
    [ -z "${dir:-}" ] || bin=$dir/plain
    vm_teardown
}

setup() {
    [ -z "$missing" ] || skip "$missing"
    bin=$dir/plain
}

# assert_address NAME SUBNET: by DHCP, and it can be logged in to.
assert_address() {
    run guest_address "$1"
    assert_success
    assert_output --regexp "^${2//./\\.}\.[0-9]+$"
    run in_guest "$1" hostname
    assert_output "$1"
}

@test "the guest has an address of the fake vmnet's network" {
    assert_address one 192.168.105
}

@test "with virtio headers too" {
    assert_address two 192.168.107
}

# IFF_VNET_HDR
virtio_headers() {
    echo $(( $(in_ns cat "/sys/class/net/$1/tun_flags") & 0x4000 ))
}

@test "the headers are where they were asked for, and nowhere else" {
    assert_equal "$(virtio_headers mac0)" 0
    assert_equal "$(virtio_headers mac1)" $((0x4000))
}

@test "the helper under them is the one for macOS" {
    for name in one two; do
        run cat "$VMNET_HOME/vms/$name/vmnet-helper.log"
        assert_line --partial "on macOS 15.4.0"
    done
}

# assert_echo NAME: what the guest is given comes back.
assert_echo() {
    head -c 1000000 /dev/urandom | base64 >"$dir/sent"
    timeout 120 "$bin/vmnet-harness" vm exec "$1" -- cat <"$dir/sent" >"$dir/received" 3>&-
    cmp "$dir/sent" "$dir/received"
}

@test "a megabyte comes back as it was" {
    assert_echo one
}

@test "a megabyte comes back as it was with virtio headers" {
    assert_echo two
}

# assert_iperf NAME GATEWAY: four megabytes each way arrive.
assert_iperf() {
    local way received
    in_ns iperf3 -s -B "$2" >"$dir/iperf.log" 2>&1 3>&- &
    iperf=$!
    wait_for 20 in_ns bash -c 'ss -ltn | grep -q :5201'
    for way in "" --reverse; do
        received=$(in_guest "$1" iperf3 -c "$2" -n 4M --json $way | jq .end.sum_received.bytes)
        [ "$received" -ge 4000000 ]
    done
}

teardown() {
    [ -z "${iperf:-}" ] || kill "$iperf" || true
}

@test "iperf3 both ways" {
    assert_iperf one 192.168.105.1
}

@test "iperf3 both ways with virtio headers" {
    assert_iperf two 192.168.107.1
}
