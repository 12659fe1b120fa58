# Clients of a helper that are no VM: load after helper.
# shellcheck disable=SC2154 # root, bin, ns and dir are set by those that are loaded before

client() {
    python3 "$root/tests/lib/client.py" "$@"
}

# start_client NAME ARGUMENT...: in the background; its output is in $dir/NAME.out.
start_client() {
    local name=$1
    shift
    # Not by client(): the pid is to be the program's, not a shell's.
    python3 "$root/tests/lib/client.py" "$@" >"$dir/$name.out" 2>&1 3>&- &
    echo $! >"$dir/$name.client.pid"
}

client_pid() {
    cat "$dir/$1.client.pid"
}

stop_client() {
    kill "$(client_pid "$1")"
    wait_for 20 is_gone "$(client_pid "$1")"
}

has_said() {
    grep -qx "$2" "$dir/$1.out"
}

# start_pair NAME ACTION... -- OPTION...: a helper with --fd, and the client that holds its other end.
# client_kind=--stream for a stream.
start_pair() {
    local name=$1 actions=()
    shift
    while [ "$1" != -- ]; do
        actions+=("$1")
        shift
    done
    shift
    python3 "$root/tests/lib/client.py" ${client_kind:+"$client_kind"} --pair "$dir/$name.helper.pid" "${actions[@]}" -- \
        ip netns exec "$ns" "$bin/vmnet-helper" --fd 3 "$@" >"$dir/$name.json" 2>"$dir/$name.log" 3>&- &
    echo $! >"$dir/$name.client.pid"
    wait_for 30 test -s "$dir/$name.json"
}

logged() {
    grep -qF -- "$2" "$dir/$1.log"
}

# ended_with STATUS PID: a child of this shell that has ended, or ends soon.
ended_with() {
    local status=0
    wait_for 20 is_gone "$2"
    wait "$2" || status=$?
    assert_equal "$status" "$1"
}

# stat_value NAME host|vm KEY: ask the helper for its counters and print one of them.
stat_value() {
    local lines
    lines=$(grep -c '\[stats\]' "$dir/$1.log" || true)
    kill -USR1 "$(helper_pid "$1")"
    wait_for 20 stats_came "$1" "$lines"
    sed -n 's/^INFO  \[stats\] //p' "$dir/$1.log" | tail -n 1 | jq ".$2.$3"
}

stats_came() {
    [ "$(grep -c '\[stats\]' "$dir/$1.log" || true)" -gt "$2" ]
}

# stat_is NAME host|vm KEY TEST VALUE: stat_is one vm packets -ge 3
stat_is() {
    test "$(stat_value "$1" "$2" "$3")" "$4" "$5"
}
