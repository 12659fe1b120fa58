# Real guests whose network goes through the macOS helper, on the double: the path of the frames is that of
# macOS, what is behind vmnet is a TAP of Linux. One guest's helper moves frames as they are, the other's
# has the offload engine and vmnet's virtio headers.
load ../lib/common
load ../lib/namespace
load ../lib/vm
load ../lib/double

setup_file() {
    double_build
    [ -z "$missing" ] || return 0
    vm_setup
    double_folder "$dir/plain" FAKE_VMNET_TAP=mac0 FAKE_VMNET_SUBNET=192.168.105
    double_folder "$dir/headers" FAKE_VMNET_TAP=mac1 FAKE_VMNET_SUBNET=192.168.107 -- --offload-engine on
    dhcp mac0 192.168.105
    dhcp mac1 192.168.107
    bin=$dir/plain
    start_guest one --image tiny
    bin=$dir/headers
    start_guest two --image tiny
}

# The TAP comes with the helper.
dhcp() {
    ip netns exec "$ns" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
        --interface="$1" --bind-dynamic --dhcp-leasefile="$dir/$1.leases" --no-ping \
        --dhcp-range="$2.2,$2.254,255.255.255.0" >"$dir/$1.log" 2>&1 3>&- &
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

is_listening() {
    in_ns ss -ltn | grep -q ':5201 '
}

# assert_iperf NAME GATEWAY: bytes arrive each way. How many is not asked: iperf3 ends with the sender, whatever is
# still under way.
assert_iperf() {
    local way received
    for way in "" --reverse; do
        in_ns iperf3 -s -1 -B "$2" >"$dir/iperf.log" 2>&1 3>&- &
        server=$!
        wait_for 20 is_listening
        received=$(in_guest "$1" iperf3 -c "$2" -n 4M --json $way | jq .end.sum_received.bytes)
        [ "$received" -gt 0 ]
        wait_for 20 is_gone "$server"
    done
}

teardown() {
    [ -z "${server:-}" ] || is_gone "$server" || kill "$server"
}

@test "iperf3 both ways" {
    assert_iperf one 192.168.105.1
}

@test "iperf3 both ways with virtio headers" {
    assert_iperf two 192.168.107.1
}
