# Events for programs: --notify-fd and systemd's socket.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

has_event() {
    grep -q "^{\"event\":\"$1\"" "$dir/events"
}

@test "a VM's life, event by event, each a line of JSON" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    start_vm one
    vm_dhcp one
    wait_for 20 has_event address
    stop_vm one
    wait_for 20 is_gone "$(helper_pid one)"
    run jq -r .event "$dir/events"
    assert_line --index 0 ready
    assert_line --index 1 client
    assert_line --index 2 address
    assert_equal "$(tail -n 2 "$dir/events")" '{"event":"client-gone"}
{"event":"stopping","reason":"vm gone"}'
}

@test "the address is the one that the VM got, with its lease" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    start_vm one
    vm_dhcp one
    wait_for 20 has_event address
    run jq -r 'select(.event == "address") | .family, .address, (.lease_seconds > 0)' "$dir/events"
    assert_line --index 0 ipv4
    assert_line --index 1 "$(lease one address)"
    assert_line --index 2 true
}

told_of() {
    jq -e --arg address "$1" 'select(.event == "address" and .family == "ipv6" and .address == $address)' "$dir/events" >/dev/null
}

@test "an IPv6 address that the VM takes is told of, once" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    start_vm one
    # With duplicate address detection, which a real guest does: the address is named in it.
    in_vm one sh -c 'echo 1 >/proc/sys/net/ipv6/conf/vm0/accept_dad'
    ip -n "${ns}one" address add fd77::1234/64 dev vm0
    wait_for 30 told_of fd77::1234
    # Whoever asks for it is answered: an advertisement, of what is known already.
    ip -n "$ns" address add fd77::1/64 dev "$(bridges)" nodad
    wait_for 20 in_ns ping -q -c 1 -W 1 fd77::1234
    assert_equal "$(jq -c 'select(.address == "fd77::1234")' "$dir/events" | wc -l)" 1
}

@test "an IPv6 address taken without asking is told of when the VM answers for it" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    start_vm one
    ip -n "${ns}one" address add fd77::5678/64 dev vm0 nodad
    ip -n "$ns" address add fd77::1/64 dev "$(bridges)" nodad
    wait_for 20 in_ns ping -q -c 1 -W 1 fd77::5678
    wait_for 20 told_of fd77::5678
}

@test "another VM's address is no event of ours" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    start_vm one
    start_machine two
    vm_dhcp one
    wait_for 20 has_event address
    run jq -r 'select(.event == "address") | .address' "$dir/events"
    refute_line "$(lease two address)"
}

@test "the client's path is told" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
    wait_for 20 has_event client
    assert_equal "$(jq -r 'select(.event == "client") | .path' "$dir/events")" "$dir/vm.sock"
}

@test "a signal is told as the reason" {
    start_helper one --notify-fd 21 21>>"$dir/events"
    stop_helper one
    assert_equal "$(jq -r 'select(.event == "stopping") | .reason' "$dir/events")" signal
}

@test "a reader that is gone does not end the helper" {
    mkfifo "$dir/fifo"
    # Held open for reading until the helper has the other end.
    exec 22<>"$dir/fifo"
    exec 21>"$dir/fifo"
    start_helper one --notify-fd 21
    exec 21>&- 22>&-
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
    wait_for 20 is_gone "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
}

@test "a reader that does not read holds up nothing" {
    mkfifo "$dir/fifo"
    exec 22<>"$dir/fifo"
    exec 21>"$dir/fifo"
    python3 -c 'import os; os.set_blocking(22, False)
try:
    while True: os.write(22, b"x" * 4096)
except BlockingIOError: pass
os.set_blocking(22, True)'
    start_helper one --notify-fd 21
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
    wait_for 20 is_gone "$(helper_pid one)"
    exec 21>&- 22>&-
    ended_with 0 "$(helper_pid one)"
}

@test "systemd's socket is told when the helper is ready" {
    python3 - "$dir" 3>&- <<'PYTHON' &
import socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind(sys.argv[1] + '/systemd')
sock.settimeout(60)
open(sys.argv[1] + '/bound', 'w').close()
with open(sys.argv[1] + '/told', 'wb') as file:
    file.write(sock.recv(100))
PYTHON
    echo $! >"$dir/systemd.pid"
    wait_for 20 test -e "$dir/bound"
    NOTIFY_SOCKET=$dir/systemd start_helper one
    wait_for 20 is_gone "$(cat "$dir/systemd.pid")"
    assert_equal "$(cat "$dir/told")" READY=1
}
