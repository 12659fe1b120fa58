#!/usr/bin/env bats
# --shared-interface with a bridge of Open vSwitch.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    load ../lib/ovs
    need_ovs
    net_setup
    ovs=$dir/ovs
    ovs_start "$ns" "$ovs"
    # Whatever starts the helper from here on, also net_teardown, has the switch where it looks for it.
    bin=$ovs/bin
}

teardown() { ovs_teardown; }

ctl() { ovs_ctl "$ovs" "$@"; }

bridge_make() {
    ovs_bridge "$ns" "$ovs" br0
    ip -n "$ns" address add 10.7.0.1/24 dev br0
}

start_bridged() {
    local name=$1
    shift
    start_helper "$name" --operation-mode bridged --shared-interface br0 "$@"
}

# A VM with an address of its own choice.
start_machine_at() {
    local name=$1 address=$2
    shift 2
    start_bridged "$name" "$@"
    start_vm "$name"
    in_vm "$name" ip address add "$address/24" dev vm0
}

no_port_is_left() {
    [ -z "$(ctl list-ports br0)" ]
}

port_of() {
    echo "vmt$(helper_pid "$1")"
}

@test "a VM reaches the host on the bridge, and another VM" {
    bridge_make
    start_machine_at one 10.7.0.2
    start_machine_at two 10.7.0.3
    vm_reaches one 10.7.0.1
    vm_reaches one 10.7.0.3
}

@test "a VM gets its address from a DHCP server on the bridge" {
    bridge_make
    in_ns dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 --interface=br0 --bind-interfaces \
        --dhcp-range=10.7.0.50,10.7.0.60,255.255.255.0 --dhcp-leasefile="$dir/leases" --no-ping \
        >"$dir/dnsmasq.log" 2>&1 3>&- &
    echo $! >"$dir/dnsmasq.pid"
    start_bridged one
    start_vm one
    vm_dhcp one
    run lease one address
    assert_output --regexp '^10\.7\.0\.[56]'
}

tap_counter() {
    in_ns cat "/sys/class/net/$(port_of "$1")/statistics/$2"
}

@test "the switch gets no super-frames, which it would drop" {
    bridge_make
    start_machine_at one 10.7.0.2
    start_machine_at two 10.7.0.3
    vm_reaches one 10.7.0.3
    in_vm two timeout 60 iperf3 -s -1 >"$dir/iperf3.log" 2>&1 3>&- &
    echo $! >"$dir/iperf3.pid"
    wait_for 20 in_vm two sh -c 'ss -Hltn "sport = 5201" | grep -q .'
    in_vm one timeout 60 iperf3 -c 10.7.0.3 -n 8M
    # One full frame after the other, and none longer than that.
    packets=$(tap_counter one rx_packets)
    [ "$packets" -gt 1000 ]
    [ "$(tap_counter one rx_bytes)" -le $((packets * 1514)) ]
}

@test "isolated VMs reach the host, but not each other" {
    bridge_make
    start_machine_at one 10.7.0.2 --enable-isolation
    start_machine_at two 10.7.0.3 --enable-isolation
    vm_reaches one 10.7.0.1
    vm_reaches two 10.7.0.1
    vm_does_not_reach one 10.7.0.3
}

@test "the port carries the interface id and the VM's address, as OVN wants them" {
    bridge_make
    id=2835E074-9892-4A79-AFFB-7E41D2605678
    start_bridged one --interface-id $id
    run ctl --bare get interface "$(port_of one)" external_ids:iface-id
    assert_output "\"$id\""
    run ctl get interface "$(port_of one)" external_ids:attached-mac
    assert_output "\"$(helper_value one vmnet_mac_address)\""
}

@test "the MTU is the bridge's" {
    bridge_make
    ctl set interface br0 mtu_request=1400
    wait_for 20 sh -c "ip -n $ns link show br0 | grep -q 'mtu 1400'"
    start_bridged one
    assert_equal "$(helper_value one vmnet_mtu)" 1400
    run in_ns ip link show dev "$(port_of one)"
    assert_output --partial "mtu 1400"
}

@test "the port goes when the helper ends" {
    bridge_make
    start_bridged one
    run ctl list-ports br0
    assert_output "$(port_of one)"
    stop_helper one
    no_port_is_left
    refute [ -e "$(state_folder)" ]
}

@test "the port goes when the helper is killed" {
    bridge_make
    start_bridged one
    kill -KILL "$(helper_pid one)"
    wait_for 20 no_port_is_left
}

@test "the port goes also when the database belongs to a user of its own" {
    bridge_make
    chown nobody "$ovs/db.sock"
    chmod 0750 "$ovs/db.sock"
    start_bridged one
    kill -KILL "$(helper_pid one)"
    wait_for 20 no_port_is_left
}

kill_with_keeper() {
    local keeper
    keeper=$(keeper_pid "$1")
    # shellcheck disable=SC2086
    kill -KILL $keeper
    kill -KILL "$(helper_pid "$1")"
    wait_for 20 is_gone "$(helper_pid "$1")"
}

@test "--cleanup takes out the port that a killed helper and keeper left" {
    bridge_make
    start_bridged one
    kill_with_keeper one
    refute no_port_is_left
    run in_ns "$bin/vmnet-helper" --cleanup
    assert_success
    no_port_is_left
    refute [ -e "$(state_folder)" ]
}

@test "the next helper takes out the port that a killed helper and keeper left" {
    bridge_make
    start_bridged one
    kill_with_keeper one
    start_bridged two
    run ctl list-ports br0
    assert_output "$(port_of two)"
}

@test "the next helper takes out what another boot left, and no port that is not a helper's" {
    bridge_make
    ctl --no-wait add-port br0 vmt1 -- set port vmt1 external_ids:vmnet-helper=another-boot
    ctl --no-wait add-port br0 other -- set interface other type=internal
    start_bridged one
    run ctl list-ports br0
    assert_output "$(printf 'other\n%s' "$(port_of one)")"
}

@test "a port whose removal finds no database is removed later" {
    bridge_make
    start_bridged one
    ovsdb_stop "$ovs"
    stop_helper one
    run in_ns "$bin/vmnet-helper" --cleanup
    assert_failure 1
    assert_output --partial "is Open vSwitch (ovsdb-server) running?"
    ovsdb_start "$ns" "$ovs"
    run in_ns "$bin/vmnet-helper" --cleanup
    assert_success
    no_port_is_left
}

@test "without a database the error says so" {
    bridge_make
    ovsdb_stop "$ovs"
    run fail_helper --operation-mode bridged --shared-interface br0
    assert_failure 1
    assert_output --partial "is ovsdb-server running?"
    refute [ -e "$(state_folder)" ]
}

@test "a TAP that is no bridge of Open vSwitch is refused" {
    in_ns ip tuntap add tap0 mode tap
    run fail_helper --operation-mode bridged --shared-interface tap0
    assert_failure 1
    assert_output --partial "tap0 is neither a bridge of Open vSwitch"
}

@test "super-frames are refused where packets pass through a program" {
    bridge_make
    run fail_helper --operation-mode bridged --shared-interface br0 --enable-tso --enable-checksum-offload
    assert_failure 1
    assert_output --partial "leave out --enable-tso"
    no_port_is_left
}

@test "the list of shared interfaces has the bridge, and not its ports" {
    bridge_make
    start_bridged one
    ctl --no-wait add-port br0 other -- set interface other type=internal
    run in_ns "$bin/vmnet-helper" --list-shared-interfaces
    assert_success
    assert_output br0
}

# ---- A fabric: two hosts with a switch each, VXLAN between them ----

# fabric_host NAMESPACE FOLDER UPLINK ADDRESS REMOTE: the bridge that the uplink is a port of has the
# host's address: the switch finds the way to the other host by it.
fabric_host() {
    ovs_bridge "$1" "$2" br-up
    ovs_ctl "$2" add-port br-up "$3"
    ip -n "$1" address add "$4/24" dev br-up
    ip -n "$1" link set "$3" up
    ovs_bridge "$1" "$2" br0
    ovs_ctl "$2" set interface br0 mtu_request=1450
    ovs_ctl "$2" add-port br0 vx0 -- set interface vx0 type=vxlan options:remote_ip="$5" options:key=7
}

fabric_make() {
    other=${ns}b
    namespace_add "$other"
    ovs_start "$other" "$dir/ovs2"
    ip -n "$ns" link add up0 type veth peer name up0 netns "$other"
    fabric_host "$ns" "$ovs" up0 10.99.0.1 10.99.0.2
    fabric_host "$other" "$dir/ovs2" up0 10.99.0.2 10.99.0.1
}

on_other() {
    local ns=$other bin=$dir/ovs2/bin
    "$@"
}

@test "two VMs on two hosts reach each other through a VXLAN fabric" {
    fabric_make
    start_machine_at one 10.7.0.2
    on_other start_machine_at two 10.7.0.3
    vm_reaches one 10.7.0.3
    on_other in_vm two timeout 60 iperf3 -s -1 >"$dir/iperf3.log" 2>&1 3>&- &
    echo $! >"$dir/iperf3.pid"
    wait_for 20 on_other in_vm two sh -c 'ss -Hltn "sport = 5201" | grep -q .'
    # The guest's own MTU: 50 bytes of the fabric's are VXLAN's.
    in_vm one ip link set vm0 mtu "$(helper_value one vmnet_mtu)"
    on_other in_vm two ip link set vm0 mtu 1450
    in_vm one timeout 60 iperf3 -c 10.7.0.3 -n 2M
}
