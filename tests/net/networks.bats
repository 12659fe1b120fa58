#!/usr/bin/env bats
# Several helpers: one network or two, the same VM again, subnets that are taken.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
}

teardown() { net_teardown; }

@test "helpers of the same mode and subnet share one bridge" {
    start_helper one
    start_helper two
    run bridges
    assert_output 'vmn-sc0a8690018'
}

@test "a network stays as long as one helper is on it" {
    start_machine one
    start_machine two
    stop_helper one
    vm_reaches two 192.168.105.1
}

@test "helpers that start at the same moment share one network" {
    for name in a b c d; do
        ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/$name.sock" >"$dir/$name.json" 2>"$dir/$name.log" 3>&- &
        echo $! >"$dir/$name.helper.pid"
    done
    for name in a b c d; do
        wait_for 30 test -s "$dir/$name.json"
    done
    run bridges
    assert_output 'vmn-sc0a8690018'
    for name in a b c d; do
        kill "$(helper_pid $name)"
    done
    assert_nothing_left
}

@test "two networks are there at once, each with its own addresses" {
    start_machine one
    start_machine two --start-address 192.168.77.1 --end-address 192.168.77.99 --subnet-mask 255.255.255.0
    vm_reaches one 192.168.105.1
    vm_reaches two 192.168.77.1
}

@test "a VM of one network does not reach a VM of the other" {
    start_machine one
    start_machine two --start-address 192.168.77.1 --end-address 192.168.77.99 --subnet-mask 255.255.255.0
    vm_does_not_reach one "$(lease two address)"
}

@test "a VM of a shared network does not reach a VM of a host network" {
    start_machine one
    start_machine two --operation-mode host
    in_vm two ip route add default via 192.168.106.1
    vm_does_not_reach one "$(lease two address)"
}

@test "the same interface id gets the same MAC address" {
    id=2835E074-9892-4A79-AFFB-7E41D2605678
    start_helper one --interface-id $id
    first=$(helper_value one vmnet_mac_address)
    stop_helper one
    start_helper one --interface-id $id
    assert_equal "$(helper_value one vmnet_mac_address)" "$first"
}

@test "the same interface id gets the same lease after the network was removed and made again" {
    id=2835E074-9892-4A79-AFFB-7E41D2605678
    start_machine one --interface-id $id
    first=$(lease one address)
    stop_helper one
    assert_nothing_left
    # Not any id: addresses follow from a hash of the MAC address, and one in 253 would take this one.
    start_machine other --interface-id 11111111-1111-4111-8111-111111111111
    start_helper one --interface-id $id
    namespace_remove "${ns}one"
    start_vm one
    vm_dhcp one
    assert_equal "$(lease one address)" "$first"
}

@test "the same interface id gets the same lease while the network stays" {
    id=2835E074-9892-4A79-AFFB-7E41D2605678
    start_machine other
    start_machine one --interface-id $id
    first=$(lease one address)
    stop_helper one
    namespace_remove "${ns}one"
    start_helper one --interface-id $id
    start_vm one
    vm_dhcp one
    assert_equal "$(lease one address)" "$first"
}

refused_and_nothing_made() {
    run fail_helper "$@"
    assert_failure 1
    assert_output --partial "192.168.105.0/24 is in use"
    nothing_is_left
}

@test "a subnet of which the host has an address is refused, naming it, and nothing is made" {
    ip -n "$ns" link add br0 type bridge
    ip -n "$ns" address add 192.168.105.77/25 dev br0
    refused_and_nothing_made
    assert_output --partial "interface br0 has the address 192.168.105.77/25"
}

@test "a subnet that overlaps a route of the host is refused, naming it, and nothing is made" {
    outside_make
    ip -n "$ns" route add 192.168.104.0/22 via 10.9.0.2
    refused_and_nothing_made
    assert_output --partial "interface up0 has the route 192.168.104.0/22"
}

@test "a default route is no collision" {
    outside_make
    ip -n "$ns" route add 128.0.0.0/1 via 10.9.0.2
    start_helper one
}

@test "the same subnet in another mode is refused" {
    start_helper one
    run fail_helper --operation-mode host --start-address 192.168.105.1 --end-address 192.168.105.254 --subnet-mask 255.255.255.0
    assert_failure 1
    assert_output --partial "interface vmn-sc0a8690018 has the address 192.168.105.1/24"
}

@test "another range on a network that runs is refused, and the network stays" {
    start_machine one
    run fail_helper --start-address 192.168.105.1 --end-address 192.168.105.100 --subnet-mask 255.255.255.0
    assert_failure 1
    assert_output --partial "runs with other addresses (start, end, mask: 192.168.105.1 192.168.105.254 255.255.255.0)"
    vm_reaches one 192.168.105.1
}

@test "a network whose dnsmasq was killed gets a new one with the next helper" {
    start_helper one
    kill -KILL "$(cat "$(state_folder)/vmn-sc0a8690018/dnsmasq.pid")"
    start_machine two
    assert_regex "$(lease two address)" '^192\.168\.105\.'
}

@test "a TAP never gives the bridge its address" {
    start_helper one
    first=$(in_ns cat "/sys/class/net/$(bridges)/address")
    start_helper two
    stop_helper one
    assert_equal "$(in_ns cat "/sys/class/net/$(bridges)/address")" "$first"
    assert_regex "$(in_ns sh -c 'cat /sys/class/net/vmt*/address')" '^fe:'
}
