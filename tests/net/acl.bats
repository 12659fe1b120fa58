#!/usr/bin/env bats
# /etc/vmnet-helper/bridge.conf: which networks others than root may join.
#
# Each helper here has an /etc of its own, in a mount namespace of its own.

load ../lib/common
load ../lib/namespace
load ../lib/helper

setup() {
    net_setup
    chmod 755 "$dir"
    mkdir -p "$dir/etc/vmnet-helper" "$dir/mine"
    chown 4242 "$dir/mine"
    for file in passwd group nsswitch.conf ld.so.cache ld.so.conf localtime resolv.conf hosts; do
        [ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$dir/etc/"
    done
    # shellcheck disable=SC2016 # for that shell
    own_etc=(unshare -m sh -c 'mount --bind "$0" /etc && exec "$@"' "$dir/etc")
    conf=$dir/etc/vmnet-helper/bridge.conf
    ip -n "$ns" link add br0 type bridge
    ip -n "$ns" link set br0 up
}

teardown() { net_teardown; }

bridged=(--operation-mode bridged --shared-interface br0)

# As root does who ran sudo for another user.
as_user() {
    SUDO_UID=4242 SUDO_GID=4242 "$@"
}

# starts OPTION...: the helper starts for another user than root
starts() {
    # shellcheck disable=SC2034 # for start_helper
    helper_prefix=("${own_etc[@]}")
    as_user start_helper one --socket "$dir/mine/s" "$@"
    stop_helper one
}

# is_denied TEXT OPTION...: it does not, and says why; nothing is left
is_denied() {
    local text=$1
    shift
    # A variable before run would not reach what it runs.
    run env SUDO_UID=4242 SUDO_GID=4242 timeout 30 ip netns exec "$ns" "${own_etc[@]}" "$bin/vmnet-helper" \
        --socket "$dir/mine/s" "$@"
    assert_equal "$status" 1
    assert_output --partial "$text"
    [ ! -e "$dir/mine/s" ]
    [ "$(ip -n "$ns" -o link | grep -c vmt)" -eq 0 ]
}

@test "without a file users have shared and host mode, and no bridge" {
    starts
    starts --operation-mode host
    is_denied 'you may not use interface "br0"' "${bridged[@]}"
}

@test "without a folder too" {
    rmdir "$dir/etc/vmnet-helper"
    starts
    is_denied 'root can allow it by the line "allow br0" in /etc/vmnet-helper/bridge.conf' "${bridged[@]}"
}

@test "root may use all, whatever the file says" {
    echo "deny all" >"$conf"
    # shellcheck disable=SC2034
    helper_prefix=("${own_etc[@]}")
    start_helper one
    stop_helper one
    SUDO_UID=0 SUDO_GID=0 start_helper one "${bridged[@]}"
    stop_helper one
}

@test "a bridge that is allowed is joined, another one is not" {
    ip -n "$ns" link add br1 type bridge
    ip -n "$ns" link set br1 up
    echo "allow br0" >"$conf"
    starts "${bridged[@]}"
    is_denied 'you may not use interface "br1"' --operation-mode bridged --shared-interface br1
}

@test "a mode that is denied is refused" {
    echo "deny shared" >"$conf"
    is_denied 'you may not use mode "shared"'
    starts --operation-mode host
}

@test "deny wins over allow" {
    printf 'deny br0\nallow all\n' >"$conf"
    is_denied 'you may not use interface "br0"' "${bridged[@]}"
}

@test "--user does not make another caller of somebody" {
    is_denied 'you may not use interface "br0"' --user nobody "${bridged[@]}"
}

@test "a file that others can write is not believed" {
    echo "allow all" >"$conf"
    chmod 664 "$conf"
    is_denied "writable by root alone"
    chmod 644 "$conf"
    chown 4242 "$conf"
    is_denied "writable by root alone"
}

@test "a folder that others can write is not believed" {
    echo "allow all" >"$conf"
    chmod 777 "$dir/etc/vmnet-helper"
    is_denied "its folder must be root's"
}

@test "a link, a pipe and a folder are no file" {
    echo "allow all" >"$dir/target"
    ln -s "$dir/target" "$conf"
    is_denied "it must not be a link"
    rm "$conf"
    mkfifo "$conf"
    is_denied "it must be a file of root's"
    rm "$conf"
    mkdir "$conf"
    is_denied "it must be a file of root's"
}

@test "a line that is not understood denies, and is told" {
    printf '# ours\nallow br0\npermit br1\n' >"$conf"
    is_denied "line 3 is neither"
}

@test "a file that is too large denies" {
    head -c 20000 /dev/zero | tr '\0' '#' >"$conf"
    is_denied "it is too large"
}
