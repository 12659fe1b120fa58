#!/usr/bin/env bats
# --guard: a guest that is not trusted keeps to what is its own.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

@test "a VM that keeps to its own notices nothing" {
    start_machine one --guard
    vm_reaches one $gateway
    wait_for 20 vm_has_global_address one
    in_ns ping -q -c 1 -W 5 "$(lease one address)"
    assert_equal "$(stat_value one vm guarded)" 0
}

@test "a stolen address is heard by nobody" {
    start_machine one --guard
    start_machine two
    vm_reaches one $gateway
    stolen=192.168.105.250
    ip -n "${ns}one" address add $stolen/24 dev vm0
    run in_vm one ping -q -c 3 -i 0.2 -W 1 -I $stolen $gateway
    assert_failure
    wait_for 20 stat_is one vm guarded -gt 0
    logged one "their source IPv4 address is not the one that the VM was given"
    # What is its own still works, and another VM may do what it likes.
    in_vm one ping -q -c 1 -W 5 $gateway
    ip -n "${ns}two" address add $stolen/24 dev vm0
    wait_for 20 in_vm two ping -q -c 1 -W 1 -I $stolen $gateway
}

@test "without --guard a VM may take an address" {
    start_machine one
    ip -n "${ns}one" address add 192.168.105.250/24 dev vm0
    wait_for 20 in_vm one ping -q -c 1 -W 1 -I 192.168.105.250 $gateway
}

@test "another MAC address than the first is dropped" {
    start_machine one --guard
    ip -n "${ns}one" link set vm0 address 52:54:00:00:00:99
    vm_does_not_reach one $gateway
    logged one "their source MAC address is not the VM's"
}

@test "another MAC address than the given is dropped from the first frame on" {
    start_helper one --guard=52:54:00:00:00:77
    start_vm one
    ip -n "${ns}one" address add 192.168.105.200/24 dev vm0
    vm_does_not_reach one $gateway
    assert_equal "$(stat_value one vm packets)" 0
    ip -n "${ns}one" link set vm0 address 52:54:00:00:00:77
    vm_reaches one $gateway
}

@test "router advertisements do not leave the VM" {
    start_helper one --guard
    start_helper two
    start_vm two
    # A router advertisement from fe80::77 with a prefix, by hand.
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" \
        send "333300000001525400000001""86dd""6000000000383aff""fe800000000000000000000000000077ff02000000000000000000000000000186001234400007080000000000000000030440c0000151800000384000000000fd990000000000000000000000000000010152540000000100" \
        arp $gateway say sent hold
    wait_for 30 has_said vm sent
    assert_equal "$(stat_value one vm guarded)" 1
    logged one "the VM plays a router"
}

@test "a DHCP server's answers do not leave the VM" {
    start_helper one --guard
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" \
        send "ffffffffffff525400000001""0800""4500001c00000000401100000a000001ffffffff""0043004400080000" \
        arp $gateway say sent hold
    wait_for 30 has_said vm sent
    assert_equal "$(stat_value one vm guarded)" 1
    logged one "the VM plays a DHCP server"
}

waits_again() {
    [ "$(grep -c 'waiting for client on' "$dir/one.log")" -eq 2 ]
}

@test "the next VM of --keep may have another MAC address" {
    start_helper one --guard --keep
    start_vm one
    ip -n "${ns}one" address add 192.168.105.200/24 dev vm0
    vm_reaches one $gateway
    stop_vm one
    wait_for 20 waits_again
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
}

@test "a flood of them is a few lines of log" {
    start_helper one --guard=52:54:00:00:00:77
    # client.py has another address.
    actions=()
    for _ in $(seq 300); do actions+=(frame 60); done
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" "${actions[@]}" say sent hold
    wait_for 30 has_said vm sent
    wait_for 20 stat_is one vm guarded -eq 300
    [ "$(grep -c '\[guard\]' "$dir/one.log")" -lt 20 ]
}
