#!/usr/bin/env bats
# A real sudo, for a user made for this file: programs in a folder that he can read but not write.

load ../lib/common
load ../lib/namespace

setup_file() {
    [ "$(id -u)" -eq 0 ] && [ -c /dev/net/tun ] || return 0
    namespace_make
    test_user=vt$$
    place=$(mktemp -d /tmp/vs.XXXXXX)
    export test_user place
    chmod 755 "$place"
    cp "$bin/vmnet-helper" "$bin/vmnet-client" "$place"
    cp -r "$root/tests/lib/callers" "$place/callers"
    chmod -R go+rX "$place"
    # Others may hold the lock of the password file.
    wait_for 30 useradd --no-create-home --shell /bin/sh "$test_user"
    install -d -m 700 -o "$test_user" "$place/own"
    rule=/etc/sudoers.d/$test_user
    cat >"$place/rule" <<EOF
$test_user ALL=(root) NOPASSWD: $place/vmnet-helper
Defaults!$place/vmnet-helper closefrom_override
EOF
    # A broken file there would break sudo for everybody: checked first, then whole by a rename.
    visudo -cqf "$place/rule"
    install -m 440 "$place/rule" "$rule.new" # sudo ignores names with a dot
    mv "$rule.new" "$rule"
}

teardown_file() {
    [ -n "${test_user:-}" ] || return 0
    rm -f "/etc/sudoers.d/$test_user" "/etc/sudoers.d/$test_user.new"
    namespace_remove || true
    wait_for 30 userdel "$test_user" || true
    rm -rf "$place"
}

setup() {
    need_root
    need_tun
}

play_as_user() {
    run in_ns setpriv --reuid "$test_user" --regid "$test_user" --init-groups \
        env -i PATH="$PATH" HELPER="$place/vmnet-helper" DIR="$place/own" PYTHONDONTWRITEBYTECODE=1 \
        timeout -k 5 120 python3 "$place/callers/sudo.py" "$1"
    assert_success
}

@test "sudo-closefrom: the seed's command line; the helper is the user, without privilege" {
    play_as_user seed
}

@test "sudo-closefrom: vibe's, with the descriptor of its liveness" {
    play_as_user vibe
}

@test "sudo-closefrom: vmnet-client finds sudo by itself" {
    play_as_user client
}

@test "sudo: without a rule vmnet-client says which one to write" {
    mv "/etc/sudoers.d/$test_user" "$place/kept"
    run setpriv --reuid "$test_user" --regid "$test_user" --init-groups env -i PATH="$PATH" "$place/vmnet-client" -- true
    mv "$place/kept" "/etc/sudoers.d/$test_user"
    assert_failure 125
    assert_output --partial "NOPASSWD: $place/vmnet-helper"
    assert_output --partial "closefrom_override"
}
