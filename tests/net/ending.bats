# Every reason to end, and its exit status; before the client comes, too. Ways to die that the helper
# does not notice are in dying.bats.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

@test "a signal while nobody has connected ends it, with status 0" {
    # Tests may run where SIGHUP is ignored, and then it is for the helper, too.
    helper_prefix=(env --default-signal=HUP)
    for signal in TERM INT HUP QUIT; do
        start_helper one
        wait_for 20 logged one "waiting for client on"
        kill -$signal "$(helper_pid one)"
        ended_with 0 "$(helper_pid one)"
        [ ! -e "$dir/one.sock" ]
    done
    assert_nothing_left
}

@test "a signal while it serves a client ends it, with status 0" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said vm served
    kill -INT "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
    [ ! -e "$dir/one.sock" ]
    assert_nothing_left
}

@test "under nohup a hangup does not end it" {
    (
        trap '' HUP
        start_helper one
    )
    wait_for 20 logged one "waiting for client on"
    kill -HUP "$(helper_pid one)"
    # The client comes after the hangup: whoever serves it has survived.
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
}

@test "a signal in the middle of the start leaves nothing" {
    local delay pid status
    for delay in 0 0.01 0.02 0.03 0.05 0.08 0.12 0.2; do
        ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/one.sock" >"$dir/one.json" 2>"$dir/one.log" 3>&- &
        pid=$!
        # Not a time to wait for: each round hits another moment, whichever.
        sleep $delay
        kill -TERM $pid
        wait_for 20 is_gone $pid
        status=0
        wait $pid || status=$?
        # 143: it was not yet the helper, but the program that starts it.
        [ $status -eq 0 ] || [ $status -eq 143 ] || fail "status $status: $(cat "$dir/one.log")"
        assert_nothing_left
        [ ! -e "$dir/one.sock" ]
    done
}

@test "when somebody removes its interface it ends with status 1" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said vm served
    ip -n "$ns" link delete "$(helper_value one helper_interface)"
    ended_with 1 "$(helper_pid one)"
    logged one "stopping: interface gone"
    assert_nothing_left
}

@test "when nobody can read the JSON line it ends with status 1" {
    run bash -c 'ip netns exec "$1" "$2/vmnet-helper" --socket "$3/one.sock" >/dev/full' - "$ns" "$bin" "$dir"
    assert_equal "$status" 1
    assert_output --partial "cannot write to stdout"
    assert_nothing_left
    [ ! -e "$dir/one.sock" ]
}

@test "when the reader of the JSON line is gone it ends with status 1, not by SIGPIPE" {
    mkfifo "$dir/fifo"
    exec 22<>"$dir/fifo"
    exec 21>"$dir/fifo"
    exec 22>&-
    run bash -c 'ip netns exec "$1" "$2/vmnet-helper" --socket "$3/one.sock" >&21' - "$ns" "$bin" "$dir"
    exec 21>&-
    assert_equal "$status" 1
    assert_output --partial "cannot write to stdout"
}

@test "when the log's reader goes away it goes on" {
    mkfifo "$dir/fifo"
    cat "$dir/fifo" >"$dir/one.log" &
    local reader=$!
    ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/one.sock" >"$dir/one.json" 2>"$dir/fifo" 3>&- &
    echo $! >"$dir/one.helper.pid"
    wait_for 30 test -s "$dir/one.json"
    kill $reader
    wait_for 20 is_gone $reader
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
    wait_for 20 is_gone "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
}

@test "when nobody reads the log it still ends on a signal" {
    mkfifo "$dir/fifo"
    exec 22<>"$dir/fifo"
    ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/one.sock" >"$dir/one.json" 2>"$dir/fifo" 3>&- 22>&- &
    echo $! >"$dir/one.helper.pid"
    wait_for 30 test -s "$dir/one.json"
    # Fill the pipe, to the last byte.
    python3 -c 'import os
os.set_blocking(22, False)
for size in 4096, 1:
    try:
        while True: os.write(22, b"x" * size)
    except BlockingIOError: pass'
    kill -TERM "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
    exec 22>&-
}
