# The harness as an ordinary user, who may run the helper by sudo and nothing else: a user and a rule made for this
# file. And as that user by sudo.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    command -v sudo >/dev/null || skip "needs sudo"
    VMNET_NETNS=$ns timeout 600 "$bin/vmnet-harness" image build tiny 3>&-
    test_user=vu$$
    # Others cannot write what sudo runs, and the user can read all of it.
    place=$(mktemp -d /tmp/vu.XXXXXX)
    export test_user place
    chmod 755 "$place"
    cp "$bin/vmnet-helper" "$bin/vmnet-client" "$bin/vmnet-harness" "$place"
    mkdir "$place/data"
    cp -r "$root/images" "$place/data/images"
    chmod -R go+rX "$place"
    wait_for 30 useradd --no-create-home --shell /bin/sh "$test_user"
    install -d -m 700 -o "$test_user" "$place/own" "$place/own/cache"
    cp -r "$VMNET_CACHE/tiny" "$place/own/cache/tiny"
    chown -R "$test_user" "$place/own/cache"
    cat >"$place/rule" <<EOF
$test_user ALL=(root) NOPASSWD: $place/vmnet-helper
Defaults!$place/vmnet-helper closefrom_override
$test_user ALL=(root) NOPASSWD: SETENV: $place/vmnet-harness
EOF
    # A broken file there would break sudo for everybody: checked first, then whole by a rename.
    visudo -cqf "$place/rule"
    install -m 440 "$place/rule" "/etc/sudoers.d/$test_user.new" # sudo ignores names with a dot
    mv "/etc/sudoers.d/$test_user.new" "/etc/sudoers.d/$test_user"
}

teardown_file() {
    if [ -n "${test_user:-}" ]; then
        as_user vm stop --all --force >/dev/null 2>&1 || true
        rm -f "/etc/sudoers.d/$test_user" "/etc/sudoers.d/$test_user.new"
    fi
    vm_teardown
    if [ -n "${test_user:-}" ]; then
        wait_for 30 userdel "$test_user" || true
        rm -rf "$place"
    fi
}

# as_user ARGUMENT...: the harness, in the namespace where the user is put.
as_user() {
    in_ns setpriv --reuid "$test_user" --regid "$test_user" --init-groups \
        env -i PATH="$PATH" HOME="$place/own" VMNET_CACHE="$place/own/cache" VMNET_DATA="$place/data" \
        timeout 400 "$place/vmnet-harness" "$@" </dev/null 3>&-
}

user_field() { as_user vm status one --json | jq -r ".$1"; }

life() {
    run as_user vm start one --image tiny --timeout 300 "$@"
    assert_success
    run as_user vm exec one -- hostname
    assert_output one
    for pid in $(ip netns pids "$ns"); do
        # Only sudo and the keeper of the network are root's; never what the guest talks to.
        case $(cat "/proc/$pid/comm") in
        qemu*) assert_equal "$(stat -c %U "/proc/$pid")" "$test_user" ;;
        esac
    done
    run as_user vm stop one
    assert_success
    assert_equal "$(user_field state)" stopped
    wait_for 30 nothing_is_left
    assert_equal "$(find "$place/own" ! -user "$test_user")" ""
}

@test "connection fd: the helper by sudo, QEMU as the user" {
    life --connection fd
}

@test "connection socket" {
    life --connection socket
}

@test "connection client" {
    life --connection client
}

by_sudo() {
    setpriv --reuid "$test_user" --regid "$test_user" --init-groups env -i PATH="$PATH" \
        timeout 400 sudo --non-interactive VMNET_HOME="$place/own/.vmnet-helper" VMNET_CACHE="$place/own/cache" \
        VMNET_DATA="$place/data" VMNET_NETNS="$ns" "$place/vmnet-harness" "$@" </dev/null 3>&-
}

@test "all of it by sudo: state and QEMU are the user's all the same" {
    # With "client" the VM's first process is vmnet-client, which starts the helper as root.
    run by_sudo vm start one --image tiny --connection fd --timeout 300
    assert_success
    run by_sudo vm exec one -- hostname
    assert_line one
    pid=$(by_sudo vm status one --json | jq -r .pid)
    assert_equal "$(stat -c %U "/proc/$pid")" "$test_user"
    run as_user vm list --json
    assert_equal "$(jq -r '.[0].state' <<<"$output")" running
    run by_sudo vm stop one
    assert_success
    wait_for 30 nothing_is_left
    assert_equal "$(find "$place/own" ! -user "$test_user")" ""
}

@test "a namespace needs root, and the user is told" {
    run as_user vm start two --image tiny --netns "$ns"
    assert_failure 1
    assert_output --partial "error: --netns needs root; run this with sudo"
}

@test "without a rule the user is told which one there is" {
    mv "/etc/sudoers.d/$test_user" "$place/kept"
    run as_user vm start two --image tiny
    mv "$place/kept" "/etc/sudoers.d/$test_user"
    assert_failure 1
    assert_output --partial "error: vmnet-helper needs privilege to open a network interface"
}

@test "autostart on and off: a unit of the user's systemd" {
    unit=$place/own/.config/systemd/user/vmnet-vm-one.service
    run as_user vm autostart on one
    assert_success
    assert_output --partial "$unit"
    grep -qx "ExecStart=\"$place/vmnet-harness\" vm start one" "$unit"
    # What systemctl enable would have made.
    cmp "$unit" "$place/own/.config/systemd/user/default.target.wants/vmnet-vm-one.service"
    if command -v systemd-analyze >/dev/null; then
        run systemd-analyze verify --user --man=no "$unit"
        refute_output --partial "vmnet-vm-one.service"
    fi
    run as_user vm autostart on one
    assert_success
    run as_user vm autostart off one
    assert_success
    assert_equal "$(find "$place/own/.config" ! -type d)" ""
    run as_user vm autostart on ghost
    assert_failure 1
    run as_user vm autostart up one
    assert_failure 2
    assert_output --partial 'error: autostart needs: on|off NAME, not "up"'
}

@test "delete takes the unit along" {
    as_user vm autostart on one
    run as_user vm delete one
    assert_success
    assert_equal "$(find "$place/own/.config" ! -type d)" ""
}

# Without sudo: the helper's file has CAP_NET_ADMIN, and root keeps the network up. /dev/net/tun is one that everybody
# may open, as udev makes it.
as_user_capable() {
    # shellcheck disable=SC2016 # for that shell
    in_ns sh -c 'mount -t tmpfs none "$0" && mknod -m 666 "$0/tun" c 10 200 && mount --bind "$0/tun" /dev/net/tun && exec "$@"' \
        "$place/dev" setpriv --reuid "$test_user" --regid "$test_user" --init-groups \
        env -i PATH="$PATH" HOME="$place/own" VMNET_CACHE="$place/own/cache" VMNET_DATA="$place/data" \
        timeout 400 "$place/capable/vmnet-harness" "$@" </dev/null 3>&-
}

@test "without sudo: a capability of the helper's file, and the network that root keeps up" {
    command -v setcap >/dev/null || skip "needs setcap"
    ! findmnt -n -o OPTIONS -T "$place" | grep -qw nosuid || skip "needs a /tmp without nosuid"
    mkdir "$place/dev" "$place/capable"
    cp "$place"/vmnet-{helper,client,harness} "$place/capable"
    setcap cap_net_admin+ep "$place/capable/vmnet-helper"
    mv "/etc/sudoers.d/$test_user" "$place/kept"
    ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/kept.sock" --keep >"$dir/kept.json" 2>"$dir/kept.log" 3>&- &
    local keeping=$! how
    wait_for 30 test -s "$dir/kept.json"
    for how in fd socket; do
        run as_user_capable vm start one --image tiny --timeout 300 --connection $how
        assert_success
        run as_user_capable vm exec one -- hostname
        assert_output one
        run as_user_capable vm stop one
        assert_success
    done
    mv "$place/kept" "/etc/sudoers.d/$test_user"
    kill "$keeping"
    wait_for 30 nothing_is_left
    assert_equal "$(find "$place/own" ! -user "$test_user")" ""
}
