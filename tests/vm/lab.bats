# Two hosts, a fabric between them, a tiny guest on each: the tests of each fabric use one lab, in their order.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    lab=vl$$
    export lab
}

teardown_file() {
    local name
    for name in vxlan ovs int; do
        lab_do down $name >/dev/null 2>&1 || true
    done
    vm_teardown
}

# lab_do COMMAND FABRIC [ARGUMENT...]: the lab of this fabric.
lab_do() {
    local command=$1 fabric=$2
    shift 2
    timeout 500 "$bin/vmnet-harness" lab "$command" --name "$lab$fabric" "$@" 3>&-
}

guest() { echo "$lab$1-vm$2"; }

# sees FABRIC FROM TO: the guests of these hosts. The first answer may take as long as a busy emulated guest does.
sees() {
    in_guest "$(guest "$1" "$2")" ping -c 1 -W 5 "$(guest_address "$(guest "$1" "$3")")" >/dev/null
}

# Each tiny guest has a server of iperf3.
iperf_crosses() {
    in_guest "$(guest "$1" 1)" iperf3 -c "$(guest_address "$(guest "$1" 2)")" -t 1 -J >"$dir/iperf.json" &&
        jq -e '.end.sum_received.bits_per_second > 1000000' "$dir/iperf.json" >/dev/null
}

need_lab() {
    lab_do status "$1" >/dev/null 2>&1 || skip "needs the lab of the test before"
}

lab_is_gone() {
    ! ip netns list | grep -q "^$lab$1-" && [ ! -e "/run/vmnet-lab/$lab$1" ] && [ ! -e "/run/vmnet-lab/$lab$1.lock" ]
}

up() {
    run lab_do up "$1" --hosts 2 --fabric "$1"
    assert_success
    # Both have theirs from the one DHCP server, on host 1.
    for host in 1 2; do
        run guest_address "$(guest "$1" $host)"
        assert_output --regexp '^10\.97\.0\.[12][0-9][0-9]$'
    done
    wait_for 60 sees "$1" 1 2
    wait_for 60 sees "$1" 2 1
}

comes_back() {
    before=$(guest_address "$(guest "$1" 2)")
    lab_do crash "$1" 2
    run lab_do status "$1" --json
    assert_equal "$(jq -c '[.hosts[].state]' <<<"$output")" '["up","down"]'
    assert_equal "$(vm_state "$(guest "$1" 1)")" running
    run sees "$1" 1 2
    assert_failure
    run lab_do up "$1"
    assert_success
    assert_equal "$(guest_address "$(guest "$1" 2)")" "$before"
    wait_for 60 sees "$1" 1 2
}

@test "vxlan: a guest on each of two hosts, with addresses from one DHCP server" {
    up vxlan
}

@test "vxlan: iperf3 crosses" {
    need_lab vxlan
    wait_for 60 iperf_crosses vxlan
}

@test "vxlan: a host dies, and comes back with its guest" {
    need_lab vxlan
    comes_back vxlan
}

@test "vxlan: nothing is left when the lab is down" {
    need_lab vxlan
    lab_do down vxlan
    lab_is_gone vxlan
    run vm_names
    refute_output --partial vxlan
}

need_ovs() {
    command -v ovs-vswitchd >/dev/null || skip "needs ovs-vswitchd (openvswitch-switch)"
}

@test "ovs: a guest on each of two hosts, with addresses from one DHCP server" {
    need_ovs
    up ovs
    # The helper's port, known to OVN by the guest's interface id.
    run lab_do exec ovs 1 -- ovs-vsctl --bare --columns=external_ids find interface "external_ids:attached-mac!=\"\""
    assert_output --partial "iface-id="
}

@test "ovs: iperf3 crosses" {
    need_ovs
    need_lab ovs
    wait_for 60 iperf_crosses ovs
}

@test "ovs: a host dies, and comes back with its guest" {
    need_ovs
    need_lab ovs
    comes_back ovs
}

@test "ovs: nothing is left when the lab is down" {
    need_ovs
    need_lab ovs
    lab_do down ovs
    lab_is_gone ovs
}

@test "a lab up that is interrupted leaves nothing" {
    timeout 300 "$bin/vmnet-harness" lab up --name "${lab}int" >"$dir/up.log" 2>&1 3>&- &
    pid=$!
    wait_for 60 grep -q 'starting .* on host 2' "$dir/up.log"
    # What timeout(1) gets it hands on.
    kill -TERM $pid
    wait_for 120 is_gone $pid
    wait_for 10 lab_is_gone int
    run vm_names
    refute_output --partial int
}

@test "a lab is one thing: another number of hosts is refused, an unknown host named" {
    lab_do up int --no-guests
    run lab_do up int --hosts 3
    assert_failure 2
    assert_output --partial "is there with 2 hosts"
    run lab_do crash int 3
    assert_failure 1
    assert_output --partial "are 1 to 2"
    lab_do down int
    lab_is_gone int
}
