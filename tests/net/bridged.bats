#!/usr/bin/env bats
# --operation-mode bridged: on a bridge that is there, or on a physical interface.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
}

teardown() { net_teardown; }

# A bridge br0 with 10.7.0.1.
bridge_make() {
    ip -n "$ns" link add br0 type bridge
    ip -n "$ns" address add 10.7.0.1/24 dev br0
    ip -n "$ns" link set br0 up
}

start_bridged() {
    start_helper "$1" --operation-mode bridged --shared-interface "$2"
    start_vm "$1"
    in_vm "$1" ip address add "$3/24" dev vm0
}

# A veth stands for the physical interface; a kernel without macvtap is not the program's fault.
need_macvtap() {
    outside_make
    ip -n "$ns" link add mt0 link up0 type macvtap mode bridge 2>/dev/null || skip "needs a kernel with macvtap"
    ip -n "$ns" link delete mt0
}

@test "a VM reaches what is on the bridge that it joined" {
    bridge_make
    start_bridged one br0 10.7.0.2
    vm_reaches one 10.7.0.1
}

@test "two VMs on the same bridge reach each other" {
    bridge_make
    start_bridged one br0 10.7.0.2
    start_bridged two br0 10.7.0.3
    vm_reaches one 10.7.0.3
}

@test "the bridge and its address are still there when the last VM is gone" {
    bridge_make
    start_bridged one br0 10.7.0.2
    stop_helper one
    assert_nothing_left
    run ip -n "$ns" -4 -o address show dev br0
    assert_output --partial "10.7.0.1/24"
}

@test "no dnsmasq, no rules and no forwarding for a bridge that was there" {
    bridge_make
    start_bridged one br0 10.7.0.2
    run in_ns nft list tables
    assert_output ""
    assert_equal "$(setting ipv4/conf/br0/forwarding)" 0
    refute [ -e "$(state_folder)/br0/dnsmasq.pid" ]
}

@test "the MTU is the bridge's" {
    bridge_make
    ip -n "$ns" link set br0 mtu 1400
    start_helper one --operation-mode bridged --shared-interface br0
    assert_equal "$(helper_value one vmnet_mtu) $(helper_value one vmnet_max_packet_size)" "1400 1414"
    assert_equal "$(in_ns sh -c 'cat /sys/class/net/vmt*/mtu')" 1400
}

@test "the JSON line of a bridged VM has no addresses" {
    bridge_make
    start_helper one --operation-mode bridged --shared-interface br0
    run jq -c '[.vmnet_start_address, .vmnet_nat66_prefix]' "$dir/one.json"
    assert_output '[null,null]'
}

@test "a VM on a physical interface reaches its outside" {
    need_macvtap
    start_bridged one up0 10.9.0.3
    vm_reaches one 10.9.0.2
}

@test "two VMs on a physical interface reach each other" {
    need_macvtap
    start_bridged one up0 10.9.0.3
    start_bridged two up0 10.9.0.4
    vm_reaches one 10.9.0.4
}

@test "nothing is left of a VM on a physical interface" {
    need_macvtap
    start_bridged one up0 10.9.0.3
    stop_helper one
    assert_nothing_left
}

@test "nothing is left of a killed VM's helper on a physical interface" {
    need_macvtap
    start_bridged one up0 10.9.0.3
    kill -KILL "$(helper_pid one)"
    assert_nothing_left
}

@test "a second VM with the same interface id on a physical interface is refused" {
    need_macvtap
    id=2835E074-9892-4A79-AFFB-7E41D2605678
    start_helper one --operation-mode bridged --shared-interface up0 --interface-id $id
    run fail_helper --operation-mode bridged --shared-interface up0 --interface-id $id
    assert_failure 1
    assert_output --partial "no other VM there with this --interface-id?"
}

@test "an interface in a bridge is refused: its bridge can be joined" {
    need_macvtap
    bridge_make
    ip -n "$ns" link set up0 master br0
    run fail_helper --operation-mode bridged --shared-interface up0
    assert_failure 1
    assert_output --partial "in use by a bridge"
    nothing_is_left
}

@test "loopback cannot be joined" {
    run fail_helper --operation-mode bridged --shared-interface lo
    assert_failure 1
    nothing_is_left
}

@test "a bridge of a shared network cannot be joined as bridged" {
    start_helper one
    run fail_helper --operation-mode bridged --shared-interface vmn-sc0a8690018
    assert_failure 1
    assert_output --partial "use --operation-mode shared or host"
}

@test "the list of shared interfaces has bridges and physical interfaces, and nothing else" {
    outside_make
    bridge_make
    start_helper one
    run in_ns "$bin/vmnet-helper" --list-shared-interfaces
    assert_success
    assert_equal "$(sort <<<"$output")" "$(printf 'br0\nup0')"
}
