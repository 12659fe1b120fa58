#!/usr/bin/env bats
# The offload engine at work: the network side carries super-frames, the VM does not notice.
#
# Nothing here measures: bench path does.

load ../lib/common
load ../lib/namespace
load ../lib/helper

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1
gateway6=fd77::1

# start_pair NAME [OPTION...] [-- VM OPTION...]: a helper and its VM with addresses of both kinds, and a
# server in the host's namespace.
start_pair() {
    local name=$1 options=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    start_helper "$name" "${options[@]}"
    start_vm "$name" "$@"
    ip -n "$ns" address add $gateway6/64 dev "$(bridges)" nodad
    ip -n "$ns$name" address add 192.168.105.200/24 dev vm0
    ip -n "$ns$name" address add fd77::2/64 dev vm0 nodad
    vm_reaches "$name" $gateway
    vm_reaches "$name" $gateway6
    serve host $gateway
    serve host6 $gateway6
}

# serve NAME ADDRESS: in the host's namespace
serve() {
    in_ns python3 "$root/tests/lib/transfer.py" serve "$2" "$dir/$1.ready" 3>&- &
    echo $! >"$dir/$1.pid"
    wait_for 20 test -e "$dir/$1.ready"
}

# Bytes both ways over IPv4 and IPv6, and they arrive as they were.
assert_transfers() {
    local name=$1 size=$2 address verb
    for address in $gateway $gateway6; do
        for verb in send fetch; do
            run in_vm "$name" timeout 200 python3 "$root/tests/lib/transfer.py" "$verb" "$address" "$size"
            assert_success
        done
    done
}

# How many segments this side has found corrupt: corrupt ip netns exec NAME
corrupt() {
    "$@" nstat -asz TcpInCsumErrors | awk '/TcpInCsumErrors/ { print $2 }'
}

assert_none_corrupt() {
    assert_equal "$(corrupt in_vm "$1") $(corrupt in_ns)" "0 0"
}

# capture NAMESPACE INTERFACE FILE: into $dir/FILE.pcap
capture() {
    ip netns exec "$1" tcpdump -q -U -n -i "$2" -s 120 -B 8192 -w "$dir/$3.pcap" "tcp port 7001" 2>"$dir/$3.capture" 3>&- &
    echo $! >"$dir/$3.capture.pid"
    wait_for 20 grep -q "listening on" "$dir/$3.capture"
}

capture_end() {
    kill "$(cat "$dir/$1.capture.pid")"
    wait_for 20 is_gone "$(cat "$dir/$1.capture.pid")"
}

# The longest frame of a capture that the filter lets through
longest() {
    tcpdump -e -n -r "$dir/$1.pcap" "$2" 2>/dev/null |
        awk '{ for (i = 1; i < NF; i++) if ($i == "length") { if ($(i + 1) + 0 > most) most = $(i + 1) + 0; break } } END { print most + 0 }'
}

from_host="src host $gateway or src host $gateway6"
from_vm="dst host $gateway or dst host $gateway6"

@test "bytes arrive as they were" {
    start_pair one --offload-engine on
    assert_transfers one 20000000
    assert_none_corrupt one
}

@test "bytes arrive as they were without the engine" {
    start_pair one --offload-engine off
    assert_transfers one 5000000
    assert_none_corrupt one
}

@test "several flows at once" {
    start_pair one
    local pids=() pid i verbs=(send fetch send fetch) addresses=($gateway $gateway6 $gateway6 $gateway)
    for i in 0 1 2 3; do
        in_vm one timeout 200 python3 "$root/tests/lib/transfer.py" "${verbs[i]}" "${addresses[i]}" 5000000 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    assert_none_corrupt one
}

@test "no frame for the VM is over its MTU" {
    start_pair one
    capture "${ns}one" vm0 vm
    assert_transfers one 3000000
    capture_end vm
    assert_equal "$(longest vm "$from_host")" 1514
}

@test "every checksum is right when it comes to the VM" {
    start_pair one
    ip netns exec "${ns}one" tcpdump -q -U -n -i vm0 -c 2000 -w "$dir/vm.pcap" "tcp port 7001 and ($from_host)" \
        2>"$dir/vm.capture" 3>&- &
    echo $! >"$dir/vm.capture.pid"
    wait_for 20 grep -q "listening on" "$dir/vm.capture"
    assert_transfers one 3000000
    wait_for 20 is_gone "$(cat "$dir/vm.capture.pid")"
    tcpdump -n -vv -r "$dir/vm.pcap" >"$dir/vm.text" 2>/dev/null
    run grep -c "(correct)" "$dir/vm.text"
    assert_output 2000
    run grep -cE "incorrect|bad cksum" "$dir/vm.text"
    assert_output 0
}

@test "the network side carries super-frames, both ways" {
    start_pair one
    capture "$ns" "vmt$(helper_pid one)" tap
    assert_transfers one 5000000
    capture_end tap
    [ "$(longest tap "$from_host")" -gt 2000 ]
    [ "$(longest tap "$from_vm")" -gt 2000 ]
}

@test "without the engine nothing is over the MTU" {
    start_pair one --offload-engine off
    capture "$ns" "vmt$(helper_pid one)" tap
    assert_transfers one 2000000
    capture_end tap
    [ "$(longest tap "ip or ip6")" -le 1514 ]
}

@test "a VM with a smaller MTU" {
    start_pair one
    ip -n "${ns}one" link set vm0 mtu 1280
    capture "${ns}one" vm0 vm
    assert_transfers one 3000000
    capture_end vm
    assert_equal "$(longest vm "ip or ip6")" 1294
    assert_none_corrupt one
}

@test "lost frames" {
    start_pair one -- --lose 100
    assert_transfers one 3000000
    assert_none_corrupt one
}

@test "frames out of order" {
    start_pair one -- --swap 20
    assert_transfers one 3000000
    assert_none_corrupt one
}

@test "congestion notification" {
    in_ns sysctl -qw net.ipv4.tcp_ecn=1
    start_pair one
    in_vm one sysctl -qw net.ipv4.tcp_ecn=1
    assert_transfers one 3000000
    assert_none_corrupt one
}

@test "a tagged VLAN" {
    start_pair one
    ip -n "${ns}one" link add link vm0 name vm0.5 type vlan id 5 || skip "this kernel has no VLAN interfaces"
    ip -n "${ns}one" link set vm0.5 mtu 1496 up
    ip -n "${ns}one" address add 10.5.0.2/24 dev vm0.5
    ip -n "$ns" link add link "$(bridges)" name tagged type vlan id 5
    ip -n "$ns" link set tagged mtu 1496 up
    ip -n "$ns" address add 10.5.0.1/24 dev tagged
    vm_reaches one 10.5.0.1
    serve tagged 10.5.0.1
    for verb in send fetch; do
        run in_vm one timeout 200 python3 "$root/tests/lib/transfer.py" "$verb" 10.5.0.1 3000000
        assert_success
    done
    assert_none_corrupt one
}

@test "VMs with and without the engine reach each other" {
    start_helper one --offload-engine on
    start_vm one
    start_helper two --offload-engine off
    start_vm two
    ip -n "${ns}one" address add 192.168.105.201/24 dev vm0
    ip -n "${ns}two" address add 192.168.105.202/24 dev vm0
    vm_reaches one 192.168.105.202
    in_vm two python3 "$root/tests/lib/transfer.py" serve 192.168.105.202 "$dir/two.ready" 3>&- &
    echo $! >"$dir/two.server.pid"
    wait_for 20 test -e "$dir/two.ready"
    for verb in send fetch; do
        run in_vm one timeout 200 python3 "$root/tests/lib/transfer.py" "$verb" 192.168.105.202 5000000
        assert_success
    done
    assert_none_corrupt one
    assert_none_corrupt two
}

iperf3_listens() {
    in_ns ss -Hltn "sport = :5201" | grep -q .
}

# iperf3 opens two connections and ends them: more kinds of segments than one transfer has.
@test "iperf3, both ways, IPv4 and IPv6" {
    start_pair one
    local address
    for address in $gateway $gateway6; do
        in_ns iperf3 -s -1 -B "$address" >"$dir/iperf3.log" 2>&1 3>&- &
        echo $! >"$dir/iperf3.pid"
        wait_for 20 iperf3_listens
        run in_vm one timeout 100 iperf3 -c "$address" -n 20M --bidir
        assert_success
        wait_for 20 is_gone "$(cat "$dir/iperf3.pid")"
    done
    assert_none_corrupt one
}

@test "no frame of a good VM is called bad" {
    start_pair one
    assert_transfers one 3000000
    kill -USR1 "$(helper_pid one)"
    wait_for 20 grep -q '\[stats\]' "$dir/one.log"
    run bash -c "grep -o '{.*}' '$dir/one.log' | tail -n 1 | jq -c '[.host.bad, .vm.bad]'"
    assert_output "[0,0]"
}
