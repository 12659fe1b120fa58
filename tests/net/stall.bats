# A VM that does not read: its frames are dropped and counted, and nothing else has to wait for it.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

# Frames for the VM until its socket is full: to an address that the neighbour table gives its MAC.
flood() {
    in_ns python3 - <<'PYTHON'
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(3000):
    try:
        sock.sendto(bytes(1400), ('192.168.105.77', 9))
    except OSError:
        pass
PYTHON
}

has_dropped() {
    flood
    stat_is one host drops -gt 0
}

# The helper one, and a client that has been served and then does not read any more.
stall_one() {
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served \
        await "$dir/send" frame 60 frame 60 frame 60 say sent await "$dir/read" arp $gateway say resumed hold
    wait_for 30 has_said vm served
    ip -n "$ns" neigh replace 192.168.105.77 lladdr 52:54:00:00:00:01 dev "$(bridges)"
    wait_for 60 has_dropped
}

@test "a VM that does not read does not hold up the other direction" {
    start_helper one
    stall_one
    local before
    before=$(stat_value one vm packets)
    touch "$dir/send"
    wait_for 20 has_said vm sent
    flood
    wait_for 30 stat_is one vm packets -ge $((before + 3))
}

@test "it does not hold up SIGTERM" {
    start_helper one
    stall_one
    flood &
    kill -TERM "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
    wait $!
    assert_nothing_left
}

@test "it does not hold up the end of the parent" {
    mkfifo "$dir/parent"
    sleep 1000 >"$dir/parent" 3>&- &
    echo $! >"$dir/parent.pid"
    start_helper one --parent-liveness-fd 21 21<"$dir/parent"
    stall_one
    kill "$(cat "$dir/parent.pid")"
    ended_with 0 "$(helper_pid one)"
}

@test "when the VM reads again, it is served again" {
    start_helper one
    stall_one
    touch "$dir/send" "$dir/read"
    wait_for 40 has_said vm resumed
}

@test "another VM of the network does not notice" {
    start_helper one
    start_machine two
    stall_one
    flood
    vm_reaches two $gateway
}

@test "while the socket is full the helper uses little processor time" {
    start_helper one
    stall_one
    # As many frames come as one processor can send, and all are dropped. Busy waiting would show as much more
    # time than the frames cost, of which nobody can say how much that is: only that it is not all of it.
    local before after
    before=$(awk '{ print $14 + $15 }' "/proc/$(helper_pid one)/stat")
    sleep 2
    after=$(awk '{ print $14 + $15 }' "/proc/$(helper_pid one)/stat")
    [ $((after - before)) -lt 100 ]
}
