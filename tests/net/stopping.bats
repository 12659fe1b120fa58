# A signal ends the helper wherever it is, and soon; nothing is left. How soon is printed.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

@test "SIGTERM and SIGINT at each line of the log: it ends with status 0, and nothing is left" {
    [ -z "${SANITIZER:-}" ] || skip "stop.so and a sanitizer's runtime replace the same functions"
    run timeout -k 10 500 "$root/tests/fault/signals.py" "$bin/vmnet-helper" "$build/tests/fault/stop.so"
    assert_success
    assert_output --partial ", 0 failed"
    echo "# $output" >&3
}

# start_in_background COMMAND...: a helper that is not waited for; its pid is $pid.
start_in_background() {
    ip netns exec "$ns" "$@" "$bin/vmnet-helper" --socket "$dir/one.sock" >"$dir/one.json" 2>"$dir/one.log" 3>&- &
    pid=$!
    echo $pid >"$dir/one.helper.pid"
}

@test "a dnsmasq that never serves does not hold up a signal" {
    printf '#!/bin/sh\necho $$ >%s/dnsmasq.started\nexec sleep 600\n' "$dir" >"$dir/dnsmasq"
    chmod 755 "$dir/dnsmasq"
    # shellcheck disable=SC2016 # that shell expands
    start_in_background unshare --mount --propagation private sh -c \
        'mount --bind "$0" /usr/sbin/dnsmasq && exec "$@"' "$dir/dnsmasq"
    wait_for 30 test -s "$dir/dnsmasq.started"
    kill -TERM $pid
    ended_with 0 $pid
    logged one "stopping: signal"
    assert_nothing_left
}

@test "another helper that holds the lock does not hold up a signal" {
    start_helper two --operation-mode host
    exec 20<"$(state_folder)"
    flock 20
    start_in_background env
    # It has come to the lock when it has its interface.
    wait_for 30 test -e "/proc/$pid/ns/net"
    wait_for 30 tap_is_there $pid
    kill -TERM $pid
    wait_for 30 stopped_waiting $pid
    exec 20<&-
    ended_with 0 $pid
    stop_helper two
    assert_nothing_left
}

tap_is_there() {
    [ -n "$(ip -n "$ns" link show "vmt$1" 2>/dev/null)" ]
}

stopped_waiting() {
    logged one "is no more waited for"
}

@test "a second signal ends it at once, whatever it waits for" {
    start_helper one
    wait_for 20 logged one "waiting for client on"
    local keeper
    keeper=$(keeper_pid one | tr -d ' ')
    # It would wait for the keeper, which cleans up: five seconds, and then end with status 0.
    kill -STOP "$keeper"
    pid=$(helper_pid one)
    for _ in $(seq 100); do
        kill -TERM "$pid" 2>/dev/null || true
        ! is_gone "$pid" || break
        sleep 0.2
    done
    kill -CONT "$keeper"
    ended_with 1 "$pid"
    assert_nothing_left
}
