#!/usr/bin/env bats
# IP forwarding: only where the network needs it, and put back.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
    outside_make
}

teardown() { net_teardown; }

@test "the host as a whole does not forward because of a network" {
    start_helper one
    assert_equal "$(setting ipv4/ip_forward)" 0
}

@test "the bridge and the interface to the outside forward" {
    start_helper one
    assert_equal "$(setting ipv4/conf/vmn-sc0a8690018/forwarding) $(setting ipv4/conf/up0/forwarding)" "1 1"
}

@test "an interface without a route is left alone" {
    ip -n "$ns" link add idle0 type veth peer name idle1
    start_helper one
    assert_equal "$(setting ipv4/conf/idle0/forwarding)" 0
}

@test "an interface that gets a route later forwards too, until the network is gone" {
    ip -n "$ns" link add late0 type veth peer name late1
    ip -n "$ns" link set late1 up
    ip -n "$ns" link set late0 up
    start_helper one
    ip -n "$ns" address add 10.8.0.1/24 dev late0
    wait_for 20 forwards late0
    stop_helper one
    assert_equal "$(setting ipv4/conf/late0/forwarding)" 0
}

forwards() {
    [ "$(setting "ipv4/conf/$1/forwarding")" = 1 ]
}

@test "a host network switches nothing on" {
    start_helper one --operation-mode host
    assert_equal "$(setting ipv4/conf/vmn-hc0a86a0018/forwarding) $(setting ipv4/conf/up0/forwarding)" "0 0"
}

@test "forwarding stays until the last shared network is gone" {
    start_helper one
    start_helper two --start-address 192.168.77.1 --end-address 192.168.77.99 --subnet-mask 255.255.255.0
    stop_helper one
    assert_equal "$(setting ipv4/conf/up0/forwarding)" 1
    stop_helper two
    assert_equal "$(setting ipv4/conf/up0/forwarding)" 0
}

@test "forwarding that was on before stays on" {
    in_ns sh -c 'echo 1 >/proc/sys/net/ipv4/conf/up0/forwarding'
    start_helper one
    stop_helper one
    assert_equal "$(setting ipv4/conf/up0/forwarding)" 1
}

@test "who switches on forwarding for the whole host meanwhile keeps it" {
    start_helper one
    in_ns sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    stop_helper one
    assert_equal "$(setting ipv4/ip_forward) $(setting ipv4/conf/up0/forwarding)" "1 1"
}

@test "IPv6 forwarding is put back" {
    before=$(in_ns sh -c 'cd /proc/sys/net/ipv6/conf; grep . */forwarding */force_forwarding */accept_ra 2>/dev/null')
    start_helper one
    stop_helper one
    assert_equal "$(in_ns sh -c 'cd /proc/sys/net/ipv6/conf; grep . */forwarding */force_forwarding */accept_ra 2>/dev/null')" "$before"
}

@test "the host keeps the IPv6 default route that a router advertised to it" {
    ip -n "$ns" -6 route delete default
    # The outside is a router that speaks once.
    ip netns exec "$outside" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    ip netns exec "$outside" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
        --dhcp-leasefile="$dir/out.leases" --interface=out0 --dhcp-range=fd09::,ra-only --enable-ra >/dev/null 2>&1 3>&- &
    echo $! >"$dir/router.pid"
    wait_for 60 has_advertised_route
    kill "$(cat "$dir/router.pid")"
    wait_for 20 is_gone "$(cat "$dir/router.pid")"
    # dnsmasq says good-bye with a lifetime of 0 if it can; a dead router does not.
    has_advertised_route || skip "the router took its route back"
    start_helper one
    run has_advertised_route
    assert_success
}

has_advertised_route() {
    ip -n "$ns" -6 route show default | grep -q 'proto ra'
}
