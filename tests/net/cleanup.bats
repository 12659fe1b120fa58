#!/usr/bin/env bats
# --cleanup: what killed helpers left goes, what lives stays.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
}

teardown() { net_teardown; }

kill_with_keeper() {
    local keeper
    keeper=$(keeper_pid "$1")
    # shellcheck disable=SC2086
    kill -KILL $keeper
    kill -KILL "$(helper_pid "$1")"
    wait_for 20 is_gone "$(helper_pid "$1")"
}

cleanup() {
    in_ns "$bin/vmnet-helper" --cleanup
}

@test "--cleanup removes what a killed helper and keeper left" {
    start_helper one
    kill_with_keeper one
    run cleanup
    assert_success
    nothing_is_left
}

@test "--cleanup removes the rests of two networks" {
    start_helper one
    start_helper two --operation-mode host
    kill_with_keeper one
    kill_with_keeper two
    run cleanup
    assert_success
    assert_output --partial "removed 2 networks"
    nothing_is_left
}

@test "--cleanup leaves a network alone on which a helper lives" {
    start_machine one
    start_helper two
    kill_with_keeper two
    run cleanup
    assert_success
    vm_reaches one 192.168.105.1
}

@test "--cleanup with nothing to do is a success" {
    run cleanup
    assert_success
    nothing_is_left
}

@test "--cleanup puts back the forwarding that a killed helper switched on" {
    outside_make
    start_helper one
    assert_equal "$(setting ipv4/conf/up0/forwarding)" 1
    kill_with_keeper one
    cleanup
    assert_equal "$(setting ipv4/conf/up0/forwarding)" 0
}

@test "a pid file that names another process does not end that process" {
    start_helper one
    kill_with_keeper one
    in_ns sleep 60 3>&- &
    innocent=$!
    echo $innocent >"$dir/innocent.pid"
    dnsmasq=$(cat "$(state_folder)/vmn-sc0a8690018/dnsmasq.pid")
    echo $innocent >"$(state_folder)/vmn-sc0a8690018/dnsmasq.pid"
    cleanup
    kill -0 $innocent
    kill "$dnsmasq" $innocent
}

@test "a member whose pid is another process's today is stale" {
    start_helper one
    kill_with_keeper one
    # The same pid, another start time.
    echo "$$ 1" >"$(state_folder)/vmn-sc0a8690018/member:vmt$(helper_pid one)"
    run cleanup
    assert_success
    nothing_is_left
}
