#!/usr/bin/env bats
# vmnet-client, with a script in the helper's place: no privilege, no network.

bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
    need_root # without it the client would ask sudo
    FAKE_DIR=$(mktemp -d)
    export FAKE_DIR
    unset FAKE_MODE
    cp "$bin/vmnet-client" "$FAKE_DIR/vmnet-client"
    cp "$root/tests/lib/callers/fake_helper.sh" "$FAKE_DIR/vmnet-helper"
    client=$FAKE_DIR/vmnet-client
    started=()
}

teardown() {
    [ -n "${FAKE_DIR:-}" ] || return 0
    for pid in "${started[@]}" $(cat "$FAKE_DIR"/*.pid 2>/dev/null); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$FAKE_DIR"
}

# The command is a script in its own file, that tells its pid, prints READY and then waits.
# write_command [lines to run first]
write_command() {
    cat >"$FAKE_DIR/command" <<EOF
#!/bin/sh
${1:-}
echo \$\$ >"$FAKE_DIR/command.pid"
echo READY
touch "$FAKE_DIR/ready"
while :; do sleep 0.05; done
EOF
    chmod +x "$FAKE_DIR/command"
}

# Start the client with that command in the background, and wait until the command runs.
start_client() {
    "$client" "$@" -- "$FAKE_DIR/command" >"$FAKE_DIR/out" 2>"$FAKE_DIR/err" 3>&- &
    client_pid=$!
    started+=("$client_pid")
    wait_for 30 test -e "$FAKE_DIR/ready"
}

pid_of() {
    cat "$FAKE_DIR/$1.pid"
}

# The client ends, with this status.
assert_client_status() {
    local ended=0
    wait_for 30 is_gone "$client_pid"
    wait "$client_pid" || ended=$?
    assert_equal "$ended" "$1"
}

wait_until_nothing_is_left() {
    wait_for 30 is_gone "$(pid_of helper)"
    wait_for 30 is_gone "$(pid_of command)"
}

@test "help names the command's descriptor and the exit statuses" {
    run "$bin/vmnet-client" --help
    assert_success
    assert_output --partial "descriptor 4"
    assert_output --partial "127"
}

@test "version is the two lines that callers parse, as vmnet-run too" {
    run "$bin/vmnet-run" --version
    assert_success
    assert_line --index 0 --regexp '^version: v[0-9]+\.[0-9]+\.[0-9]+'
    assert_line --index 1 --regexp '^commit: '
}

@test "without a command it says how to write one" {
    run "$client" --operation-mode host
    assert_failure 2
    assert_output --partial "write -- and the command"
    run "$client" --
    assert_failure 2
    assert_output --partial "no command after --"
    [ ! -e "$FAKE_DIR/helper.pid" ]
}

@test "the options that connect the helper are the client's own" {
    for option in --fd=3 -f3 --socket=/tmp/x -s; do
        run "$client" "$option" -- true
        assert_failure 2
        assert_output --partial "the client itself connects the helper"
    done
    run "$client" --fd 3 -- true
    assert_failure 2
    run "$client" --socket /tmp/x -- true
    assert_failure 2
}

@test "the helper gets descriptor 3 and every option before --" {
    run "$client" --operation-mode host --interface-id=abc -v -- true --not-an-option
    assert_success
    run cat "$FAKE_DIR/helper.args"
    assert_output "$(printf '%s\n' --fd 3 --operation-mode host --interface-id=abc -v)"
}

@test "no other descriptor leaks into the helper" {
    "$client" -- true 7</dev/null 9>"$FAKE_DIR/leak"
    # What ls and the shell itself open are 10 and up, or the one of the listing.
    run grep -cxE '[0-3]' "$FAKE_DIR/helper.fds"
    assert_output 4
    run grep -xE '[4-9]' "$FAKE_DIR/helper.fds"
    assert_output ""
}

@test "the command gets 0, 1, 2 and 4, and no other descriptor" {
    run --separate-stderr "$client" -- python3 -c '
import os
print(sorted(fd for fd in range(256) if os.path.exists("/proc/self/fd/%d" % fd)))' 7</dev/null 9>"$FAKE_DIR/leak"
    assert_success
    assert_output "[0, 1, 2, 4]"
}

@test "descriptors 3 and 4 are the ends of one datagram socket pair" {
    cat >"$FAKE_DIR/vmnet-helper" <<'EOF'
#!/usr/bin/python3
import socket, sys
print("{}", flush=True)
vm = socket.socket(fileno=3)
vm.send(vm.recv(100).upper())
vm.recv(100)
EOF
    run "$client" -- python3 -c '
import socket
vm = socket.socket(fileno=4)
assert vm.family == socket.AF_UNIX and vm.type == socket.SOCK_DGRAM, vm
vm.settimeout(30)
vm.send(b"a frame")
print(vm.recv(100).decode())'
    assert_success
    assert_output "A FRAME"
}

@test "closed standard descriptors are not taken by its own" {
    "$client" -- sh -c 'ends=$(readlink /proc/$$/fd/0 /proc/$$/fd/1); echo "$ends" >&2' <&- >&- 2>"$FAKE_DIR/err"
    run cat "$FAKE_DIR/err"
    assert_output "$(printf '/dev/null\n/dev/null')"
}

@test "a descriptor for --notify-fd is handed on under its new number" {
    "$client" --notify-fd 8 --parent-liveness-fd=9 -- true 8>"$FAKE_DIR/notify" 9</dev/null
    run cat "$FAKE_DIR/helper.args"
    assert_output "$(printf '%s\n' --fd 3 --notify-fd=4 --parent-liveness-fd=5)"
    run grep -xE '[4-9]' "$FAKE_DIR/helper.fds"
    assert_output "$(printf '4\n5')"
}

@test "a descriptor that is not open is refused" {
    run "$client" --notify-fd 77 -- true
    assert_failure 2
    assert_output --partial "give the number of an open descriptor"
}

@test "the command learns of the interface from its environment" {
    run --separate-stderr "$client" -- sh -c 'echo "$VMNET_MAC_ADDRESS"; echo "$VMNET_INTERFACE_JSON"'
    assert_success
    assert_line --index 0 "92:c9:52:b7:6c:08"
    assert_line --index 1 '{"vmnet_mac_address": "92:c9:52:b7:6c:08", "vmnet_mtu": 1500}'
}

@test "a line without newline will do when the helper closes its output" {
    FAKE_MODE=no-newline run "$client" -- true
    assert_success
}

@test "the exit status is the command's" {
    run "$client" -- sh -c 'exit 0'
    assert_equal "$status" 0
    run "$client" -- sh -c 'exit 42'
    assert_equal "$status" 42
}

@test "a command that a signal ended is 128 and its number" {
    run "$client" -- sh -c 'kill -KILL $$'
    assert_equal "$status" 137
}

@test "a command that is not there is 127, and the helper is ended" {
    run -127 "$client" -- "$FAKE_DIR/no-such-command"
    assert_output --partial "cannot start"
    wait_for 30 is_gone "$(pid_of helper)"
}

@test "a command that cannot be executed is 126, and the helper is ended" {
    run "$client" -- "$FAKE_DIR"
    assert_equal "$status" 126
    wait_for 30 is_gone "$(pid_of helper)"
}

@test "the command's end ends the helper by SIGTERM" {
    run "$client" -- true
    assert_success
    is_gone "$(pid_of helper)"
    assert_equal "$(cat "$FAKE_DIR/helper.end")" TERM
}

@test "a helper that ignores SIGTERM is killed" {
    FAKE_MODE=stubborn run "$client" -- true
    assert_success
    is_gone "$(pid_of helper)"
}

@test "a helper that fails at start: no command, 125" {
    FAKE_MODE=die-early run "$client" -- touch "$FAKE_DIR/command-ran"
    assert_equal "$status" 125
    assert_output --partial "exit status 3"
    [ ! -e "$FAKE_DIR/command-ran" ]
}

@test "a helper that refuses its options: 2, as the helper" {
    FAKE_MODE=usage run "$client" --no-such-option -- touch "$FAKE_DIR/command-ran"
    assert_equal "$status" 2
    [ ! -e "$FAKE_DIR/command-ran" ]
}

@test "a helper's end is noticed though another process holds its output" {
    FAKE_MODE=orphan run "$client" -- true
    assert_equal "$status" 125
    assert_output --partial "exit status 1"
}

@test "what is no line of JSON is refused" {
    for mode in not-json long; do
        FAKE_MODE=$mode run "$client" -- touch "$FAKE_DIR/command-ran"
        assert_equal "$status" 125
        assert_output --partial "one line of JSON"
        wait_for 30 is_gone "$(pid_of helper)"
    done
    [ ! -e "$FAKE_DIR/command-ran" ]
}

@test "a helper that fails while the command runs ends the command: 125" {
    write_command
    start_client
    echo 7 >"$FAKE_DIR/helper.exit.new" && mv "$FAKE_DIR/helper.exit.new" "$FAKE_DIR/helper.exit"
    assert_client_status 125
    wait_until_nothing_is_left
    assert grep -q "helper ended with exit status 7" "$FAKE_DIR/err"
}

@test "a killed helper ends the command: 125" {
    write_command
    start_client
    kill -KILL "$(pid_of helper)"
    assert_client_status 125
    wait_until_nothing_is_left
}

@test "a helper that ends well while the command goes on ends it too" {
    write_command
    start_client
    echo 0 >"$FAKE_DIR/helper.exit.new" && mv "$FAKE_DIR/helper.exit.new" "$FAKE_DIR/helper.exit"
    assert_client_status 125
    wait_until_nothing_is_left
}

@test "a command that ignores SIGTERM is killed when the helper is gone" {
    write_command "trap '' TERM"
    start_client
    kill -KILL "$(pid_of helper)"
    assert_client_status 125
    wait_until_nothing_is_left
}

@test "signals to the client reach the command, and then both are gone" {
    for signal in TERM INT HUP; do
        rm -f "$FAKE_DIR/ready"
        write_command "trap 'echo got-$signal; exit 9' $signal"
        start_client
        kill -s "$signal" "$client_pid"
        assert_client_status 9
        assert grep -q "got-$signal" "$FAKE_DIR/out"
        wait_until_nothing_is_left
    done
}

@test "SIGTERM with a plain command: 143" {
    write_command
    start_client
    kill -TERM "$client_pid"
    assert_client_status 143
    wait_until_nothing_is_left
}

@test "a command that ignores SIGTERM is killed: 137" {
    write_command "trap '' TERM"
    start_client
    kill -TERM "$client_pid"
    assert_client_status 137
    wait_until_nothing_is_left
}

# A script whose child does the work; the shell ends by SIGTERM, the child would not.
write_script_with_child() {
    write_command "${1:-}"
    mv "$FAKE_DIR/command" "$FAKE_DIR/child"
    cat >"$FAKE_DIR/command" <<EOF
#!/bin/sh
"$FAKE_DIR/child"
echo "after the child" # so that no shell makes the child its last exec
EOF
    chmod +x "$FAKE_DIR/command"
}

@test "a script's child is ended with it" {
    write_script_with_child
    start_client
    kill -TERM "$client_pid"
    assert_client_status 143
    is_gone "$(pid_of command)"
}

@test "a script's child that ignores SIGTERM is killed when the helper is gone" {
    write_script_with_child "trap '' TERM"
    start_client
    kill -KILL "$(pid_of helper)"
    assert_client_status 125
    is_gone "$(pid_of command)"
}

@test "a command that ends by itself may leave a process" {
    cat >"$FAKE_DIR/command" <<EOF
#!/bin/sh
sleep 300 >/dev/null 2>&1 3>&- 4>&- &
echo \$! >"$FAKE_DIR/command.pid"
EOF
    chmod +x "$FAKE_DIR/command"
    run "$client" -- "$FAKE_DIR/command"
    assert_success
    refute is_gone "$(pid_of command)"
}

@test "a process that was there before the client is left alone" {
    write_command
    cat >"$FAKE_DIR/caller" <<EOF
#!/bin/sh
sleep 300 >/dev/null 2>&1 &
echo \$! >"$FAKE_DIR/before.pid"
exec "$client" -- "$FAKE_DIR/command"
EOF
    sh "$FAKE_DIR/caller" >"$FAKE_DIR/out" 2>&1 3>&- &
    client_pid=$!
    started+=("$client_pid")
    wait_for 30 test -e "$FAKE_DIR/ready"
    kill -TERM "$client_pid"
    assert_client_status 143
    refute is_gone "$(pid_of before)"
}

@test "SIGTERM before the interface is up: 143, no command, no helper" {
    export FAKE_MODE=silent
    "$client" -- touch "$FAKE_DIR/command-ran" 3>&- &
    client_pid=$!
    started+=("$client_pid")
    # The client waits for the line when its helper came so far that it will not write one.
    wait_for 30 test -e "$FAKE_DIR/silent"
    kill -TERM "$client_pid"
    assert_client_status 143
    wait_for 30 is_gone "$(pid_of helper)"
    [ ! -e "$FAKE_DIR/command-ran" ]
}

@test "SIGKILL of the client leaves nothing" {
    write_command
    start_client
    # disown: bash would tell of its end on stderr.
    disown "$client_pid"
    kill -KILL "$client_pid"
    wait_until_nothing_is_left
}

@test "nohup holds for the client and for the command" {
    write_command
    (trap '' HUP; exec "$client" -- "$FAKE_DIR/command" >"$FAKE_DIR/out" 2>&1 3>&-) &
    client_pid=$!
    started+=("$client_pid")
    wait_for 30 test -e "$FAKE_DIR/ready"
    kill -HUP "$client_pid" "$(pid_of command)"
    kill -TERM "$client_pid"
    assert_client_status 143
}

@test "Ctrl-C on a terminal reaches the command once, and then both are gone" {
    cat >"$FAKE_DIR/command" <<EOF
#!/usr/bin/python3
import os, signal, sys
signals = [signal.SIGINT]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
open("$FAKE_DIR/command.pid", "w").write(str(os.getpid()))
assert os.tcgetpgrp(0) == os.getpgrp(), "not in the foreground"
print("READY", flush=True)
taken = signal.sigtimedwait(signals, 50)
print("interrupts", 1 if taken else 0, flush=True)
# A second one would come from the client, at once.
print("more", signal.sigtimedwait(signals, 0.5), flush=True)
sys.exit(7)
EOF
    chmod +x "$FAKE_DIR/command"
    run timeout 90 "$root/tests/lib/callers/terminal.py" "$client" -- "$FAKE_DIR/command"
    assert_output --partial "interrupts 1"
    assert_output --partial "more None"
    assert_equal "$status" 7
    wait_until_nothing_is_left
}

@test "a helper in PATH or in the current directory is not used" {
    mkdir "$FAKE_DIR/planted"
    printf '#!/bin/sh\ntouch "%s/planted-ran"\n' "$FAKE_DIR" >"$FAKE_DIR/planted/vmnet-helper"
    chmod +x "$FAKE_DIR/planted/vmnet-helper"
    ln -s "$client" "$FAKE_DIR/planted/vmnet-client"
    cd "$FAKE_DIR/planted"
    PATH=$FAKE_DIR/planted:.:$PATH run vmnet-client -- true
    assert_success
    [ -e "$FAKE_DIR/helper.args" ]
    [ ! -e "$FAKE_DIR/planted-ran" ]
}

@test "a helper that is missing, no file, or not executable is named" {
    rm "$FAKE_DIR/vmnet-helper"
    run "$client" -- true
    assert_equal "$status" 125
    assert_output --partial "cannot use $FAKE_DIR/vmnet-helper: No such file"

    mkdir "$FAKE_DIR/vmnet-helper"
    run "$client" -- true
    assert_equal "$status" 125
    assert_output --partial "not a regular file"
    rmdir "$FAKE_DIR/vmnet-helper"

    echo "#!/bin/sh" >"$FAKE_DIR/vmnet-helper"
    run "$client" -- true
    assert_equal "$status" 125
    assert_output --partial "not executable"
}

@test "a helper that everybody can write is refused" {
    chmod 777 "$FAKE_DIR/vmnet-helper"
    run "$client" -- true
    assert_equal "$status" 125
    assert_output --partial "somebody else can change it"
}
