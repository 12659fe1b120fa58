#!/usr/bin/env bats
# --shared-interface with a Linux bridge that has a VXLAN port: one network over two hosts.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
    other=${ns}b
    namespace_add "$other"
    fabric_make
}

teardown() { net_teardown; }

# fabric_host NAMESPACE ADDRESS REMOTE
fabric_host() {
    ip -n "$1" address add "$2/24" dev up0
    ip -n "$1" link set up0 up
    ip -n "$1" link add vx0 type vxlan id 7 dev up0 local "$2" remote "$3" dstport 4789 2>/dev/null ||
        skip "needs a kernel with vxlan"
    ip -n "$1" link add br0 type bridge
    ip -n "$1" link set vx0 master br0
    ip -n "$1" link set vx0 up
    ip -n "$1" link set br0 up
}

fabric_make() {
    ip -n "$ns" link add up0 type veth peer name up0 netns "$other"
    fabric_host "$ns" 10.99.0.1 10.99.0.2
    fabric_host "$other" 10.99.0.2 10.99.0.1
}

on_other() {
    local ns=$other
    "$@"
}

start_bridged() {
    start_helper "$1" --operation-mode bridged --shared-interface br0
    start_vm "$1"
}

@test "the MTU leaves room for VXLAN" {
    start_helper one --operation-mode bridged --shared-interface br0
    assert_equal "$(helper_value one vmnet_mtu)" 1450
}

@test "two VMs on two hosts reach each other" {
    start_bridged one
    on_other start_bridged two
    in_vm one ip address add 10.7.0.2/24 dev vm0
    on_other in_vm two ip address add 10.7.0.3/24 dev vm0
    vm_reaches one 10.7.0.3
}

@test "a VM gets its address from a DHCP server on the other host" {
    ip -n "$other" address add 10.7.0.1/24 dev br0
    ip netns exec "$other" dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 --interface=br0 \
        --bind-interfaces --dhcp-range=10.7.0.50,10.7.0.60,255.255.255.0 --dhcp-leasefile="$dir/leases" --no-ping \
        >"$dir/dnsmasq.log" 2>&1 3>&- &
    echo $! >"$dir/dnsmasq.pid"
    start_bridged one
    vm_dhcp one
    run lease one address
    assert_output --regexp '^10\.7\.0\.[56]'
}

@test "TCP passes between the hosts, joined to super-frames or not" {
    start_bridged one
    on_other start_bridged two
    in_vm one ip address add 10.7.0.2/24 dev vm0
    on_other in_vm two ip address add 10.7.0.3/24 dev vm0
    in_vm one ip link set vm0 mtu 1450
    on_other in_vm two ip link set vm0 mtu 1450
    vm_reaches one 10.7.0.3
    on_other in_vm two timeout 60 iperf3 -s -1 >"$dir/iperf3.log" 2>&1 3>&- &
    echo $! >"$dir/iperf3.pid"
    wait_for 20 on_other in_vm two sh -c 'ss -Hltn "sport = 5201" | grep -q .'
    in_vm one timeout 60 iperf3 -c 10.7.0.3 -n 8M
}

@test "the bridge and its fabric are as they were when the VMs are gone" {
    before=$(ip -n "$ns" -o link show type vxlan)
    start_bridged one
    stop_helper one
    assert_nothing_left
    assert_equal "$(ip -n "$ns" -o link show type vxlan)" "$before"
}
