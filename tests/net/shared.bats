#!/usr/bin/env bats
# --operation-mode shared: addresses by DHCP and router advertisement, names, NAT.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
}

teardown() { net_teardown; }

@test "the gateway has the start address on a bridge of the network's own" {
    start_helper one
    run ip -n "$ns" -4 -o address show dev "$(bridges)"
    assert_output --partial " 192.168.105.1/24 "
}

@test "a VM gets an address of the range by DHCP" {
    start_machine one
    assert_regex "$(lease one address)" '^192\.168\.105\.([2-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-4])$'
}

@test "DHCP names the gateway as router and name server" {
    start_machine one
    assert_equal "$(lease one router) $(lease one dns)" "192.168.105.1 192.168.105.1"
}

@test "the range and the gateway are those that were asked for" {
    start_machine one --start-address 172.16.5.10 --end-address 172.16.5.12 --subnet-mask 255.255.255.0
    assert_regex "$(lease one router) $(lease one address)" '^172\.16\.5\.10 172\.16\.5\.1[12]$'
}

@test "the gateway answers ARP" {
    start_machine one
    in_vm one ping -q -c 1 -W 5 192.168.105.1
    run in_vm one ip neighbour show 192.168.105.1
    assert_output --partial "lladdr $(in_ns cat "/sys/class/net/$(bridges)/address")"
}

@test "the gateway answers a ping" {
    start_machine one
    vm_reaches one 192.168.105.1
}

@test "the gateway is known by name" {
    start_machine one
    run in_vm one dig +short +time=5 +tries=3 @192.168.105.1 host.vmnet.internal
    assert_output 192.168.105.1
}

@test "names of the outside are answered by the host's name server" {
    outside_make
    mkdir -p "/etc/netns/$ns"
    echo "nameserver 10.9.0.2" >"/etc/netns/$ns/resolv.conf"
    ip netns exec "$outside" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root \
        --pid-file= --listen-address=10.9.0.2 --bind-interfaces --address=/www.example.test/10.9.0.99 >/dev/null 2>&1 3>&- &
    echo $! >"$dir/dns.pid"
    start_machine one
    wait_for 20 name_is_answered
}

name_is_answered() {
    [ "$(in_vm one dig +short +time=2 +tries=1 @192.168.105.1 www.example.test)" = 10.9.0.99 ]
}

@test "a VM reaches the outside, which knows no way back to it, by IPv4" {
    outside_make
    start_machine one
    vm_reaches one 10.9.0.2
}

@test "a VM has an IPv6 address of the prefix in the JSON line" {
    start_helper one
    start_vm one
    wait_for 30 vm_has_global_address one
    prefix=$(helper_value one vmnet_nat66_prefix)
    assert_regex "$(vm_global_address one)" "^${prefix%::}:"
}

@test "a VM has an IPv6 default route, and keeps it after it has talked to the gateway" {
    start_helper one
    start_vm one
    wait_for 30 vm_has_global_address one
    vm_reaches one "$(helper_value one vmnet_nat66_prefix)1"
    # Its neighbour entry is asked for again: an answer that does not call it a router would end the route.
    in_vm one ip neighbour flush dev vm0
    vm_reaches one "$(helper_value one vmnet_nat66_prefix)1"
    run ip -n "${ns}one" -6 route show default
    assert_output --partial "dev vm0"
}

@test "a VM reaches the outside, which knows no way back to it, by IPv6" {
    outside_make
    start_helper one
    start_vm one
    wait_for 30 vm_has_global_address one
    vm_reaches one fd09::2
}

@test "nobody outside reaches into the network" {
    outside_make
    start_machine one
    ip -n "$outside" route add 192.168.105.0/24 via 10.9.0.1
    vm_reaches one 10.9.0.2
    run ip netns exec "$outside" ping -q -c 3 -i 0.2 -W 1 "$(lease one address)"
    assert_failure
}

@test "the JSON line tells the network's addresses and MTU" {
    start_helper one
    run jq -c '[.vmnet_start_address, .vmnet_end_address, .vmnet_subnet_mask, .vmnet_mtu, .vmnet_max_packet_size]' "$dir/one.json"
    assert_output '["192.168.105.1","192.168.105.254","255.255.255.0",1500,1514]'
}
