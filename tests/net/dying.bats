#!/usr/bin/env bats
# Every way of dying leaves nothing: no bridge, no dnsmasq, no rules, no state, no forwarding.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
    outside_make
}

teardown() { net_teardown; }

assert_all_as_before() {
    assert_nothing_left
    assert_equal "$(setting ipv4/conf/up0/forwarding) $(setting ipv4/conf/all/forwarding) $(setting ipv6/conf/all/forwarding)" "0 0 0"
}

# Tests may run where SIGHUP is ignored, and then it is for the helper, too.
dies_by_signal() {
    helper_prefix=(env --default-signal=HUP)
    start_machine one
    kill -"$1" "$(helper_pid one)"
    wait_for 30 is_gone "$(helper_pid one)"
    status=0
    wait "$(helper_pid one)" || status=$?
    assert_equal $status 0
    # At once: what the caller waited for includes the network.
    nothing_is_left
    assert_all_as_before
}

@test "SIGTERM leaves nothing when the helper has ended" {
    dies_by_signal TERM
}

@test "SIGINT leaves nothing when the helper has ended" {
    dies_by_signal INT
}

@test "SIGHUP leaves nothing when the helper has ended" {
    dies_by_signal HUP
}

@test "SIGTERM before a VM has come leaves nothing" {
    start_helper one
    stop_helper one
    assert_all_as_before
}

@test "a VM that goes away leaves nothing" {
    start_machine one
    stop_vm one
    wait_for 20 is_gone "$(helper_pid one)"
    assert_all_as_before
}

@test "SIGKILL of the helper leaves nothing" {
    start_machine one
    kill -KILL "$(helper_pid one)"
    assert_all_as_before
}

@test "SIGKILL of the helper while it starts leaves nothing" {
    # Whatever it has come to when the signal comes.
    for delay in 0.00 0.01 0.02 0.03 0.04 0.06; do
        ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/one.sock" >/dev/null 2>&1 3>&- &
        echo $! >"$dir/one.helper.pid"
        sleep $delay
        kill -KILL "$(helper_pid one)"
        assert_all_as_before
    done
}

@test "the keeper does not end by the signals that end programs" {
    start_machine one
    keeper=$(keeper_pid one)
    # shellcheck disable=SC2086
    kill -TERM $keeper; kill -INT $keeper; kill -HUP $keeper
    vm_reaches one 192.168.105.1
    kill -KILL "$(helper_pid one)"
    assert_all_as_before
}

@test "the first helper's death leaves the network to the second" {
    start_machine one
    start_machine two
    kill -KILL "$(helper_pid one)"
    wait_for 20 test ! -e "$(state_folder)/vmn-sc0a8690018/member:vmt$(helper_pid one)"
    vm_reaches two 10.9.0.2
    stop_helper two
    assert_all_as_before
}

# What is left when the keeper cannot do its work.
kill_both() {
    local keeper helper
    helper=$(helper_pid one)
    keeper=$(keeper_pid one)
    # shellcheck disable=SC2086
    kill -KILL $keeper
    kill -KILL "$helper"
    wait_for 20 is_gone "$helper"
    [ -n "$(bridges)" ]
}

@test "what a killed helper and keeper left is no obstacle to a new one" {
    start_machine one
    kill_both
    start_machine two
    vm_reaches two 10.9.0.2
    stop_helper two
    assert_all_as_before
}

@test "what a killed helper and keeper left is removed by a new one on another subnet" {
    start_machine one
    kill_both
    start_helper two --operation-mode host
    run bridges
    assert_output vmn-hc0a86a0018
}

@test "what a killed helper and keeper left does not take the subnet from another mode" {
    start_machine one
    kill_both
    start_helper two --operation-mode host --start-address 192.168.105.1 --end-address 192.168.105.254 --subnet-mask 255.255.255.0
    run bridges
    assert_output vmn-hc0a8690018
}

# The keeper is ready when its capabilities are those it keeps.
keeper_is_settled() {
    grep -q '^NoNewPrivs:.*1' "/proc/$(keeper_pid "$1" | tr -d ' ')/status" &&
        ls -l "/proc/$(keeper_pid "$1" | tr -d ' ')/fd" | grep -q socket:
}

@test "who reads the helper's output to its end does not wait for the keeper" {
    start_helper one
    wait_for 20 keeper_is_settled one
    run ls -l "/proc/$(keeper_pid one | tr -d ' ')/fd"
    # 0-2, two pipes of its own, and what tells it of the host's routes.
    assert_equal "$(grep -c /dev/null <<<"$output") $(grep -c pipe: <<<"$output") $(grep -c -- '->' <<<"$output")" "3 2 6"
}

