# The socket at --socket: who may come, and what is left behind.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

# The helper and a client that it serves.
serve_one() {
    start_helper one "$@"
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said vm served
}

@test "its mode is 0600 and its owner the caller" {
    start_helper one
    assert_equal "$(stat -c %a:%u:%F "$dir/one.sock")" 600:0:socket
}

@test "it is there before the JSON line is" {
    for _ in 1 2 3; do
        # The reader connects the moment it has the line.
        in_ns "$bin/vmnet-helper" --socket "$dir/one.sock" 2>"$dir/one.log" 3>&- |
            { read -r line; echo "$line" >"$dir/one.json"; client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway; }
        assert_equal "$(helper_value one vmnet_start_address)" $gateway
        rm "$dir/vm.sock"
    done
}

@test "a frame before any greeting is forwarded, be it the smallest ARP" {
    start_helper one
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
    logged one "serving client \"$dir/vm.sock\""
}

@test "the greeting VFKT is not a frame" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" greet hold
    wait_for 20 logged one "vm forwarding started"
    assert_equal "$(stat_value one vm bad)" 0
    assert_equal "$(stat_value one vm packets)" 0
}

@test "after the greeting frames are forwarded" {
    start_helper one
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" greet arp $gateway
}

@test "what starts with VFKT but is longer is a frame" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" \
        send "56464b54$(printf '%0112d' 0)" hold
    wait_for 30 stat_is one vm packets -eq 1
}

@test "all frames that were sent before the client was noticed are forwarded" {
    start_helper one
    kill -STOP "$(helper_pid one)"
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" greet frame 60 frame 61 frame 62 say sent hold
    wait_for 20 has_said vm sent
    kill -CONT "$(helper_pid one)"
    wait_for 30 stat_is one vm packets -eq 3
    assert_equal "$(stat_value one vm bytes)" 183
}

@test "a second client is refused by the system, and the first goes on" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served \
        await "$dir/go" arp $gateway say again hold
    wait_for 30 has_said vm served
    run client --bind "$dir/second.sock" --connect "$dir/one.sock" frame 60
    assert_equal "$status" 3
    assert_output EPERM
    touch "$dir/go"
    wait_for 30 has_said vm again
}

@test "a client that was gone before it was noticed is not waited for" {
    start_helper one
    kill -STOP "$(helper_pid one)"
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" frame 60
    start_client vm --bind "$dir/second.sock" --connect "$dir/one.sock" frame 100 say sent hold
    wait_for 20 has_said vm sent
    kill -CONT "$(helper_pid one)"
    wait_for 20 logged one "serving client \"$dir/second.sock\""
    wait_for 30 stat_is one vm packets -eq 1
    assert_equal "$(stat_value one vm bytes)" 100
}

@test "frames of others that were queued before do not pass for the client's" {
    start_helper one
    kill -STOP "$(helper_pid one)"
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" frame 100 say sent await "$dir/go" frame 101 hold
    wait_for 20 has_said vm sent
    start_client second --bind "$dir/second.sock" --connect "$dir/one.sock" frame 60 say sent hold
    wait_for 20 has_said second sent
    kill -CONT "$(helper_pid one)"
    wait_for 20 logged one "vm forwarding started"
    touch "$dir/go"
    wait_for 30 stat_is one vm packets -eq 2
    assert_equal "$(stat_value one vm bytes)" 201
}

@test "a client without an address is ignored, and the next is served" {
    start_helper one
    client --connect "$dir/one.sock" frame 60
    wait_for 20 logged one "ignoring a client without an address"
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
}

@test "a client of another user is ignored, even where file modes let it in" {
    chown 4242 "$dir"
    chmod 755 "$dir"
    SUDO_UID=4242 SUDO_GID=4242 start_helper one
    chmod 666 "$dir/one.sock"
    mkdir -m 777 "$dir/other"
    client --uid 4343 --bind "$dir/other/vm.sock" --connect "$dir/one.sock" frame 60
    wait_for 20 logged one "ignoring a client of another user (uid 4343)"
    mkdir -m 777 "$dir/mine"
    client --uid 4242 --bind "$dir/mine/vm.sock" --connect "$dir/one.sock" arp $gateway
}

@test "a client's path cannot forge a log line" {
    start_helper one
    client --bind "$dir/"$'x\nINFO  [main] forged' --connect "$dir/one.sock" arp $gateway
    logged one "serving client \"$dir/x\\x0aINFO  [main] forged\""
    refute grep -q '^INFO  \[main\] forged' "$dir/one.log"
}

@test "when its client goes the helper ends, with status 0 and nothing left" {
    serve_one
    stop_client vm
    ended_with 0 "$(helper_pid one)"
    logged one "stopping: vm gone"
    [ ! -e "$dir/one.sock" ]
    assert_nothing_left
}

# waits_again NAME TIMES: it has begun to wait for a client so many times.
waits_again() {
    [ "$(grep -c 'waiting for client on' "$dir/$1.log")" -ge "$2" ]
}

@test "with --keep the next client is served on the same path" {
    serve_one --keep
    for round in 2 3; do
        stop_client vm
        wait_for 20 waits_again one $round
        rm "$dir/vm.sock"
        start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
        wait_for 30 has_said vm served
    done
    kill -TERM "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
    assert_equal "$(grep -c 'waiting for client on' "$dir/one.log")" 3
}

@test "a stale socket of a killed helper is replaced" {
    start_helper one
    stop_helper one KILL
    [ -S "$dir/one.sock" ]
    start_helper one
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
}

@test "of several helpers that start on one stale socket one gets it" {
    local served=0
    start_helper one
    stop_helper one KILL
    for number in 1 2 3; do
        ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/one.sock" >"$dir/$number.json" 2>"$dir/$number.log" 3>&- &
        echo $! >"$dir/$number.helper.pid"
    done
    for number in 1 2 3; do
        wait_for 60 helper_has_spoken $number
        if [ -s "$dir/$number.json" ]; then
            served=$((served + 1))
        else
            logged $number "is in use"
        fi
    done
    assert_equal $served 1
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
}

@test "the socket of a living helper is left alone, before and after it has a client" {
    start_helper one
    run fail_helper --socket "$dir/one.sock"
    assert_equal "$status" 2
    assert_output --partial "is in use"
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said vm served
    run fail_helper --socket "$dir/one.sock"
    assert_equal "$status" 2
    assert_output --partial "is in use"
}

@test "a stale socket of another user is left alone" {
    chmod 777 "$dir"
    start_helper one
    stop_helper one KILL
    SUDO_UID=4242 SUDO_GID=4242 run fail_helper --socket "$dir/one.sock"
    assert_equal "$status" 2
    assert_output --partial "belongs to another user"
    [ -S "$dir/one.sock" ]
}

@test "what somebody put in the socket's place is not removed at the end" {
    start_helper one
    rm "$dir/one.sock"
    echo precious >"$dir/one.sock"
    stop_helper one
    assert_equal "$(cat "$dir/one.sock")" precious
}

@test "bad frames are dropped and counted, and the next good one passes" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served await "$dir/go" \
        send "" send 00 send "$(printf '%026d' 0)" frame 1515 frame 9000 frame 65535 frame 60 hold
    wait_for 30 has_said vm served
    local before
    before=$(stat_value one vm packets)
    touch "$dir/go"
    wait_for 30 stat_is one vm packets -eq $((before + 1))
    assert_equal "$(stat_value one vm bad)" 6
}

@test "the end of the parent's pipe ends it, with status 0" {
    mkfifo "$dir/parent"
    sleep 1000 >"$dir/parent" 3>&- &
    echo $! >"$dir/parent.pid"
    start_helper one --parent-liveness-fd 21 21<"$dir/parent"
    wait_for 20 logged one "waiting for client on"
    kill "$(cat "$dir/parent.pid")"
    ended_with 0 "$(helper_pid one)"
    logged one "stopping: parent gone"
}

@test "it waits for the parent's pipe to end while it serves a client, too" {
    mkfifo "$dir/parent"
    sleep 1000 >"$dir/parent" 3>&- &
    echo $! >"$dir/parent.pid"
    start_helper one --parent-liveness-fd 21 21<"$dir/parent"
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said vm served
    kill "$(cat "$dir/parent.pid")"
    ended_with 0 "$(helper_pid one)"
}

@test "with --fd it ends when the other end is closed, though nobody sends" {
    start_pair one arp $gateway await "$dir/go" --
    wait_for 20 logged one "host forwarding started"
    touch "$dir/go"
    wait_for 20 is_gone "$(helper_pid one)"
    logged one "stopping: vm gone"
    assert_nothing_left
}

@test "--stats-interval logs the counters by itself" {
    start_helper one --stats-interval 1
    wait_for 20 stats_came one 2
}
