#!/usr/bin/env bats
# The kernel as the second witness of the engine: what it cuts again, checks and puts together, and what a capture at
# the receiver says. And the engine in each kind of network, and with each kind of TCP.
#
# Loss and another order come from vm_peer: not every kernel has netem.

load ../lib/common
load ../lib/namespace
load ../lib/helper

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1
transfer=$root/tests/lib/transfer.py

# serve NAMESPACE ADDRESS
serve() {
    rm -f "$dir/serves"
    ip netns exec "$1" python3 "$transfer" serve "$2" "$dir/serves" 3>&- &
    echo $! >"$dir/server.$2.pid"
    wait_for 20 test -e "$dir/serves"
}

# moves NAME ADDRESS SIZE: so many bytes each way, and they arrive as they were
moves() {
    local verb
    for verb in send fetch; do
        run in_vm "$1" timeout 200 python3 "$transfer" "$verb" "$2" "$3"
        assert_success
    done
}

corrupt() {
    ip netns exec "$1" nstat -asz TcpInCsumErrors | awk '/TcpInCsumErrors/ { print $2 }'
}

assert_none_corrupt() {
    local one
    for one; do
        assert_equal "$(corrupt "$one")" 0
    done
}

# What a network card without any offload does not do, the kernel does before it.
offload_off() {
    ip netns exec "$1" python3 - "$2" <<'PYTHON'
import ctypes, fcntl, socket, struct, sys
SIOCETHTOOL, TX_CHECKSUM, SEGMENT_TCP, SEGMENT_ANY = 0x8946, 0x17, 0x1f, 0x24
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for command in SEGMENT_ANY, SEGMENT_TCP, TX_CHECKSUM:
    value = ctypes.create_string_buffer(struct.pack("II", command, 0))
    fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", sys.argv[1].encode(), ctypes.addressof(value)))
PYTHON
}

# A bridge of the host with a cable to another machine, and a VM on it: start_bridged MTU [OPTION...]
start_bridged() {
    local mtu=$1
    shift
    outside=${ns}out
    namespace_add "$outside"
    ip -n "$ns" link add up0 mtu "$mtu" type veth peer name out0 mtu "$mtu" netns "$outside"
    ip -n "$ns" link add br0 mtu "$mtu" type bridge
    ip -n "$ns" link set up0 master br0
    ip -n "$ns" link set up0 up
    ip -n "$ns" link set br0 up
    ip -n "$outside" address add 10.9.0.2/24 dev out0
    ip -n "$outside" address add fd09::2/64 dev out0 nodad
    ip -n "$outside" link set out0 up
    start_helper one --operation-mode bridged --shared-interface br0 "$@"
    start_vm one
    ip -n "${ns}one" link set vm0 mtu "$mtu"
    ip -n "${ns}one" address add 10.9.0.7/24 dev vm0
    ip -n "${ns}one" address add fd09::7/64 dev vm0 nodad
    vm_reaches one 10.9.0.2
    vm_reaches one fd09::2
    serve "$outside" 10.9.0.2
    serve "$outside" fd09::2
}

# capture NAMESPACE INTERFACE NAME
capture() {
    ip netns exec "$1" tcpdump -q -U -n -i "$2" -s 0 -B 65536 -w "$dir/$3.pcap" "tcp port 7001" 2>"$dir/$3.capture" 3>&- &
    echo $! >"$dir/$3.capture.pid"
    wait_for 20 grep -q "listening on" "$dir/$3.capture"
}

is_whole() {
    python3 "$root/tests/lib/pcap_check.py" "$dir/$1.pcap" >"$dir/$1.result"
}

# The capture holds the whole connection: what pcap_check.py says of it is in $dir/NAME.result.
capture_end() {
    wait_for 60 is_whole "$1"
    kill "$(cat "$dir/$1.capture.pid")"
    wait_for 20 is_gone "$(cat "$dir/$1.capture.pid")"
    rm -f "$dir/$1.pcap"
}

result() {
    jq -r ".$2" "$dir/$1.result"
}

# The same bytes through a helper with the engine, then one without: assert_same_stream VERB WAY, and where the
# receiver is
assert_same_stream() {
    local verb=$1 way=$2 at=$3 interface=$4 engine
    for engine in on off; do
        [ "$engine" = on ] || restart_without_engine
        capture "$at" "$interface" $engine
        SEED=7 in_vm one timeout 200 python3 "$transfer" "$verb" 10.9.0.2 2000000
        capture_end $engine
        assert_equal "$(result $engine "wrong_$way") $(result $engine largest)" "0 1514"
    done
    assert_equal "$(result on to) $(result on from)" "$(result off to) $(result off from)"
}

restart_without_engine() {
    stop_vm one
    wait_for 20 is_gone "$(helper_pid one)"
    namespace_remove "${ns}one"
    namespaces=${namespaces/ ${ns}one/}
    start_helper one --operation-mode bridged --shared-interface br0 --offload-engine off
    start_vm one
    ip -n "${ns}one" address add 10.9.0.7/24 dev vm0
    vm_reaches one 10.9.0.2
}

@test "what the VM sends: the kernel cuts it again, and it is the stream that comes without the engine" {
    start_bridged 1500 --offload-engine on
    offload_off "$ns" up0
    assert_same_stream send to "$outside" out0
    assert_none_corrupt "$outside"
}

@test "what the VM gets is the stream that comes without the engine" {
    start_bridged 1500 --offload-engine on
    assert_same_stream fetch from "${ns}one" vm0
}

@test "IPv6: the kernel cuts what the VM sends again, and every checksum is right" {
    start_bridged 1500
    offload_off "$ns" up0
    capture "$outside" out0 wire
    in_vm one timeout 200 python3 "$transfer" send fd09::2 2000000
    capture_end wire
    assert_equal "$(result wire wrong_to) $(result wire largest)" "0 1514"
}

@test "IPv6: every checksum is right when it comes to the VM" {
    start_bridged 1500
    capture "${ns}one" vm0 wire
    in_vm one timeout 200 python3 "$transfer" fetch fd09::2 2000000
    capture_end wire
    assert_equal "$(result wire wrong_from) $(result wire largest)" "0 1514"
}

@test "an MTU of 9000" {
    start_bridged 9000
    assert_equal "$(helper_value one vmnet_mtu)" 9000
    offload_off "$ns" up0
    capture "$outside" out0 wire
    in_vm one timeout 200 python3 "$transfer" send 10.9.0.2 3000000
    capture_end wire
    assert_equal "$(result wire wrong_to) $(result wire largest)" "0 9014"
    moves one fd09::2 3000000
    assert_none_corrupt "$outside" "${ns}one"
}

@test "an MTU of 1280" {
    start_bridged 1280
    moves one 10.9.0.2 2000000
    moves one fd09::2 2000000
    assert_none_corrupt "$outside" "${ns}one"
}

# start_shared [OPTION...] [-- VM OPTION...]
start_shared() {
    local options=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    start_helper one "${options[@]}"
    start_vm one "$@"
    ip -n "${ns}one" address add 192.168.105.200/24 dev vm0
    vm_reaches one $gateway
    serve "$ns" $gateway
}

@test "a stream of frames" {
    framing=stream start_shared --framing stream
    moves one $gateway 3000000
    assert_none_corrupt "$ns" "${ns}one"
}

@test "an isolated VM" {
    start_shared --enable-isolation
    moves one $gateway 3000000
    assert_none_corrupt "$ns" "${ns}one"
}

@test "frames lost and out of order, with SACK and timestamps" {
    start_shared -- --lose 200 --swap 50
    moves one $gateway 3000000
    assert_none_corrupt "$ns" "${ns}one"
}

# tcp NAME VALUE: in the host's namespace, before there is a VM
tcp() {
    in_ns sysctl -qw "net.ipv4.tcp_$1=$2"
}

@test "frames lost and out of order, without SACK" {
    tcp sack 0
    start_shared -- --lose 500 --swap 100
    moves one $gateway 2000000
    assert_none_corrupt "$ns" "${ns}one"
}

@test "TCP without timestamps" {
    tcp timestamps 0
    start_shared
    moves one $gateway 3000000
    assert_none_corrupt "$ns" "${ns}one"
}

@test "congestion notification, with loss" {
    tcp ecn 1
    start_shared -- --lose 300
    in_vm one sysctl -qw net.ipv4.tcp_ecn=1
    moves one $gateway 2000000
    assert_none_corrupt "$ns" "${ns}one"
}

# The one with offload gets super-frames whole, the other one the same bytes cut.
@test "VMs with and without offload on one network" {
    start_helper one --enable-tso --enable-checksum-offload
    start_vm one
    start_helper two
    start_vm two
    ip -n "${ns}one" address add 192.168.105.201/24 dev vm0
    ip -n "${ns}two" address add 192.168.105.202/24 dev vm0
    vm_reaches one 192.168.105.202
    serve "${ns}two" 192.168.105.202
    capture "${ns}two" vm0 two
    in_vm one timeout 200 python3 "$transfer" send 192.168.105.202 2000000
    capture_end two
    assert_equal "$(result two wrong_to) $(result two largest)" "0 1514"
    moves one 192.168.105.202 2000000
    assert_none_corrupt "${ns}one" "${ns}two"
}

# An interface of its own on the card, by macvtap; a kernel without it is not the program's fault.
@test "a physical interface" {
    outside_make
    ip -n "$ns" link add mt0 link up0 type macvtap mode bridge 2>/dev/null || skip "needs a kernel with macvtap"
    ip -n "$ns" link delete mt0
    start_helper one --operation-mode bridged --shared-interface up0
    start_vm one
    in_vm one ip address add 10.9.0.7/24 dev vm0
    vm_reaches one 10.9.0.2
    serve "$outside" 10.9.0.2
    moves one 10.9.0.2 3000000
    assert_none_corrupt "$outside" "${ns}one"
}
