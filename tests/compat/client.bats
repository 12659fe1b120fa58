#!/usr/bin/env bats
# vmnet-client with the real helper: whoever dies, nothing is left.

load ../lib/common
load ../lib/callers

# The client in the background, with a command that tells its pid and stays.
start_client() {
    cat >"$DIR/command" <<'EOF'
#!/bin/sh
echo $$ >"$DIR/command.pid.new"
mv "$DIR/command.pid.new" "$DIR/command.pid"
while :; do sleep 0.05; done
EOF
    chmod +x "$DIR/command"
    ip netns exec "$ns" "$bin/vmnet-client" "$@" -- "$DIR/command" >"$DIR/out" 2>&1 3>&- &
    client=$!
    wait_for 60 test -e "$DIR/command.pid"
    command=$(cat "$DIR/command.pid")
}

# The helper is the client's child of that name.
helper_pid() {
    local pid
    for pid in $(ip netns pids "$ns"); do
        [ "$(awk '/^PPid/ { print $2 }' "/proc/$pid/status" 2>/dev/null)" = "$client" ] || continue
        [ "$(cat "/proc/$pid/comm")" != vmnet-helper ] || echo "$pid"
    done
}

assert_nothing_left() {
    wait_for 30 is_gone "$command"
    wait_for 30 namespace_is_empty
    run in_ns ip -br link show type bridge
    assert_output ""
}

@test "SIGTERM of the client leaves nothing" {
    start_client
    kill "$client"
    wait_for 30 is_gone "$client"
    assert_nothing_left
}

@test "SIGKILL of the client leaves nothing" {
    start_client
    disown "$client" # bash would tell of it
    kill -KILL "$client"
    assert_nothing_left
}

@test "SIGKILL of the helper ends the command, and leaves nothing" {
    start_client
    kill -KILL "$(helper_pid)"
    wait_for 30 is_gone "$client"
    local ended=0
    wait "$client" || ended=$?
    assert_equal "$ended" 125
    assert_nothing_left
}

@test "SIGKILL of the command ends the client with 137, and leaves nothing" {
    start_client
    kill -KILL "$command"
    wait_for 30 is_gone "$client"
    local ended=0
    wait "$client" || ended=$?
    assert_equal "$ended" 137
    assert_nothing_left
}

@test "a mistake in the helper's options: its message, and 2" {
    run_to_file in_ns "$bin/vmnet-client" --operation-mode nonsense -- true
    assert_failure 2
    assert_output --partial "nonsense"
}

@test "--notify-fd reaches the helper through the client" {
    run_to_file in_ns "$bin/vmnet-client" --notify-fd 8 -- true 8>"$DIR/events"
    assert_success
    run jq -c . "$DIR/events"
    assert_success
    assert_output --partial ready
}
