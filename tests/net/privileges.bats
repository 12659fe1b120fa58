# What the helper may still do when the first frame comes: as little as can be, whoever started it.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

# Each of them looks for all that is dropped, and the sandbox is part of that.
setup() {
    need_sandbox
    net_setup
}

teardown() { net_teardown; }

# status_is FILE KEY VALUE, blanks squeezed
status_is() {
    local value
    value=$(sed -n "s/^$2:[[:space:]]*//p" "$1" | tr -s '[:space:]' ' ' | sed 's/ *$//')
    [ "$value" = "$3" ] || fail "$1: $2 is '$value', not '$3'"
}

# Every thread: the ids are everywhere the same, and there is nothing to gain root with.
assert_dropped() {
    local pid=$1 uid=$2 gid=$3 status
    for status in "/proc/$pid/task/"*/status; do
        status_is "$status" Uid "$uid $uid $uid $uid"
        status_is "$status" Gid "$gid $gid $gid $gid"
        status_is "$status" Groups ""
        for set in CapInh CapPrm CapEff CapBnd CapAmb; do
            status_is "$status" $set 0000000000000000
        done
        status_is "$status" NoNewPrivs 1
        status_is "$status" Seccomp 2
    done
    # The files of a process that is not dumpable are root's (proc(5)).
    assert_equal "$(stat -c %u:%g "/proc/$pid/environ")" 0:0
    grep -q '^Max core file size *0 *0 ' "/proc/$pid/limits"
}

# All is done once it waits for its client or for the end.
is_ready() {
    logged "$1" "waiting for client on" || logged "$1" "waiting for termination"
}

# The threads of the last step run.
is_forwarding() {
    logged "$1" "host forwarding started" && logged "$1" "vm forwarding started"
}

@test "under sudo it becomes the caller" {
    chown 4242 "$dir"
    SUDO_UID=4242 SUDO_GID=4243 start_helper one
    wait_for 20 is_ready one
    assert_dropped "$(helper_pid one)" 4242 4243
    logged one "running as uid: 4242 gid: 4243"
    assert_equal "$(stat -c %u:%g:%a "$dir/one.sock")" 4242:4243:600
}

@test "--user goes before sudo's caller" {
    local uid gid
    uid=$(id -u nobody) gid=$(id -g nobody)
    chown "$uid" "$dir"
    SUDO_UID=4242 SUDO_GID=4243 start_helper one --user nobody
    wait_for 20 is_ready one
    assert_dropped "$(helper_pid one)" "$uid" "$gid"
}

@test "started by root with --fd it becomes nobody" {
    start_pair one hold --
    wait_for 20 is_forwarding one
    assert_dropped "$(helper_pid one)" "$(id -u nobody)" "$(id -g nobody)"
}

@test "started by root with --socket it is root without a capability" {
    start_helper one
    wait_for 20 is_ready one
    assert_dropped "$(helper_pid one)" 0 0
}

@test "SUDO_UID 0 is root, not a user to become" {
    SUDO_UID=0 SUDO_GID=0 start_pair one hold --
    wait_for 20 is_forwarding one
    assert_dropped "$(helper_pid one)" "$(id -u nobody)" "$(id -g nobody)"
}

@test "--user root keeps the uid, but no capability" {
    start_pair one hold -- --user root
    wait_for 20 is_forwarding one
    assert_dropped "$(helper_pid one)" 0 0
}

@test "the forwarding threads have dropped what the first one has" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp 192.168.105.1 hold
    wait_for 20 is_forwarding one
    assert_equal "$(find "/proc/$(helper_pid one)/task" -mindepth 1 -maxdepth 1 | wc -l)" 4
    assert_dropped "$(helper_pid one)" 0 0
}

@test "supplementary groups are gone" {
    chown 4242 "$dir"
    # A helper of the same name in another shell: only its groups differ.
    setpriv --groups 1,2,3 ip netns exec "$ns" env SUDO_UID=4242 SUDO_GID=4243 "$bin/vmnet-helper" \
        --socket "$dir/one.sock" >"$dir/one.json" 2>"$dir/one.log" 3>&- &
    echo $! >"$dir/one.helper.pid"
    wait_for 30 is_ready one
    assert_dropped "$(helper_pid one)" 4242 4243
}

@test "no descriptor of the caller's but the named ones stays open" {
    echo secret >"$dir/secret"
    start_helper one --notify-fd 21 20<"$dir/secret" 21>>"$dir/events" 22<"$dir/secret" 99<"$dir/secret"
    wait_for 20 is_ready one
    run readlink "/proc/$(helper_pid one)/fd/"*
    assert_line "$dir/events"
    refute_line "$dir/secret"
}

@test "stdout is left after the one line" {
    start_helper one
    [ "/proc/$(helper_pid one)/fd/1" -ef /dev/null ]
    assert_equal "$(wc -l <"$dir/one.json")" 1
    [ "$(wc -c <"$dir/one.json")" -le 4096 ]
}
