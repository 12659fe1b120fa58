# Another local user who can write to the folder of the socket: he may be in the way, and gains nothing.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

victim=4242
attacker=4343

setup()    { net_setup; }
teardown() { net_teardown; }

# What the victim has: name, inode, owner, mode, size and time of change of each file.
inventory() {
    find "$dir/home" ! -name home -printf '%p %i %U:%G %m %s %C@\n' | sort
    cat "$dir/home/private" "$dir/home/vmnet.sock"
}

make_victim() {
    chmod 755 "$dir"
    install -d -m 755 -o $victim "$dir/home"
    install -m 600 -o $victim /dev/null "$dir/home/private"
    echo secret >"$dir/home/private"
    # A file that is named as the socket is to be: it is found where the folder is replaced by a link to this one.
    install -m 644 -o $victim /dev/null "$dir/home/vmnet.sock"
    echo precious >"$dir/home/vmnet.sock"
    install -d -m "$1" -o $attacker "$dir/shared"
    inventory >"$dir/before"
}

attack() {
    python3 "$root/tests/lib/swapper.py" $attacker "$dir/shared" vmnet.sock "$dir/home/private" "$dir/home" 10 \
        >"$dir/rounds" 2>"$dir/attacker.log" 3>&- &
    swapper=$!
}

# Helpers of the victim, one after the other, at the two paths, until the attacker has had his ten seconds. Each is
# told to end in the middle, or ends by itself.
serve_meanwhile() {
    local path pid as_victim=(env SUDO_UID=$victim SUDO_GID=$victim)
    # Without sudo's variables the helper stays uid 0, and the socket is root's.
    [ $victim -ne 0 ] || as_victim=(env -u SUDO_UID -u SUDO_GID)
    started=0
    until is_gone "$swapper"; do
        for path in "$dir/shared/vmnet.sock" "$dir/shared/d/vmnet.sock"; do
            "${as_victim[@]}" ip netns exec "$ns" "$bin/vmnet-helper" --socket "$path" \
                >"$dir/one.json" 2>>"$dir/one.log" 3>&- &
            pid=$!
            echo $pid >"$dir/one.helper.pid"
            wait_for 30 helper_has_spoken one
            kill -"$1" $pid 2>/dev/null || true
            wait_for 30 is_gone $pid
            rm -f "$dir/one.json"
            started=$((started + 1))
        done
    done
}

assert_nothing_gained() {
    inventory >"$dir/after"
    diff "$dir/before" "$dir/after"
    [ "$(cat "$dir/rounds")" -gt 10 ] || fail "$(cat "$dir/attacker.log")"
    [ "$started" -ge 4 ]
    echo "# $(cat "$dir/rounds") rounds of the attacker, $started helpers" >&3
}

@test "ten seconds of an attacker who swaps the path cost the victim no file, mode or owner" {
    make_victim 777
    attack
    serve_meanwhile TERM
    assert_nothing_gained
    assert_nothing_left
}

@test "nor where the helper is killed" {
    make_victim 777
    attack
    serve_meanwhile KILL
    assert_nothing_gained
    assert_nothing_left
}

@test "nor is anything of root's touched, whoever starts it as root" {
    victim=0
    make_victim 777
    attack
    serve_meanwhile TERM
    assert_nothing_gained
    assert_nothing_left
}

@test "a folder in which everybody can replace the socket is warned of" {
    chmod 755 "$dir"
    install -d -m 777 "$dir/open"
    install -d -m 1777 "$dir/sticky"
    start_helper open/s
    logged open/s 'everybody can replace what is in folder'
    stop_helper open/s
    start_helper sticky/s
    refute logged sticky/s "everybody can replace"
    stop_helper sticky/s
}

@test "a client that cannot be connected is a line of log, not one a frame" {
    start_helper one
    wait_for 20 logged one "waiting for client on"
    # Its name is taken away at once: every frame comes from an address that nobody can connect to.
    python3 - "$dir/one.sock" "$dir/gone.sock" <<'EOF'
import os, socket, sys, time
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind(sys.argv[2])
sock.connect(sys.argv[1])
os.unlink(sys.argv[2])
sock.settimeout(20)
for _ in range(3000):
    sock.send(bytes(60))
EOF
    # It goes on, and serves the next one.
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp 192.168.105.1
    run grep -c "cannot connect to client" "$dir/one.log"
    [ "$output" -ge 1 ]
    [ "$output" -le 12 ]
}

@test "a client without an address is a line of log, not one a frame" {
    start_helper one
    wait_for 20 logged one "waiting for client on"
    python3 - "$dir/one.sock" <<'EOF'
import socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.connect(sys.argv[1])
sock.settimeout(20)
for _ in range(3000):
    sock.send(bytes(60))
EOF
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp 192.168.105.1
    run grep -c "without an address" "$dir/one.log"
    [ "$output" -ge 1 ]
    [ "$output" -le 12 ]
}

@test "a VM that comes and goes without end fills no disk" {
    start_helper one --framing stream --keep
    wait_for 20 logged one "waiting for client on"
    timeout 120 python3 - "$dir/one.sock" <<'EOF'
import socket, sys
for _ in range(1500):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(20)
    sock.connect(sys.argv[1])
    sock.send(bytes(4))  # a length of 0 ends it
    sock.recv(1)
    sock.close()
EOF
    # Each would be six lines; 500 in ten seconds are the limit, and it took some.
    [ "$(wc -l <"$dir/one.log")" -lt 5000 ]
    stop_helper one
}
