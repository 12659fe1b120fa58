#!/usr/bin/env bats
# A user without sudo, who may run a copy of the helper that has CAP_NET_ADMIN as a capability of the
# file: what the helper does for such a user, and what it does not.
#
# That copy, and a /dev/net/tun that everybody may open as udev makes it, are in a mount namespace of
# each helper's own.

load ../lib/common
load ../lib/namespace
load ../lib/helper

setup() {
    # The runtime of a sanitizer wants to look into a process that nobody may look into.
    need_sandbox
    net_setup
    command -v setcap >/dev/null || skip "needs setcap"
    mknod "$dir/probe" c 10 200 || skip "needs to make device files"
    chown 4242 "$dir"
    chmod 755 "$dir"
    mkdir -p "$dir/etc/vmnet-helper" "$dir/cap"
    for file in passwd group nsswitch.conf ld.so.cache ld.so.conf localtime machine-id; do
        [ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$dir/etc/"
    done
    conf=$dir/etc/vmnet-helper/bridge.conf
    capabilities=cap_net_admin+ep
    group=4243
    cat >"$dir/as-user" <<'INSIDE'
#!/bin/sh
# as-user PROGRAM ARGUMENT...: run the copy of PROGRAM.
set -eu
mount -t tmpfs -o mode=755 none "$DIR/cap"
mknod -m 666 "$DIR/cap/tun" c 10 200
mount --bind "$DIR/cap/tun" /dev/net/tun
mount --bind "$DIR/etc" /etc
for program in vmnet-helper vmnet-client vmnet-harness; do
    install -m 755 "$BIN/$program" "$DIR/cap/$program"
done
chown 0:4243 "$DIR/cap/vmnet-helper"
chmod 750 "$DIR/cap/vmnet-helper"
[ "$CAPABILITIES" = none ] || setcap "$CAPABILITIES" "$DIR/cap/vmnet-helper"
program=$DIR/cap/${1##*/}
shift
# With env, as setpriv itself has root's capabilities still when it starts something.
exec setpriv --reuid 4242 --regid "$GROUP" --clear-groups env $VARIABLES $TRACER "$program" "$@"
INSIDE
    chmod 755 "$dir/as-user"
}

teardown() { net_teardown; }

user_prefix() {
    # The variables of the words that follow; the program becomes the helper by exec.
    as_user=(env DIR="$dir" BIN="$bin" CAPABILITIES="$capabilities" GROUP="$group" TRACER="${tracer:-}" VARIABLES="${variables:-}"
        unshare -m "$dir/as-user")
}

# The helper with which root keeps the shared network up.
start_root() {
    mkdir -p "$dir/root"
    # As the unit that is installed for it does.
    local options
    read -r -a options <<<"$(sed -n 's/^ExecStart=[^ ]* //p' "$root/packaging/systemd/vmnet-network.service")"
    start_helper root "${options[@]}" --socket "$dir/root/s"
}

# start_as_user NAME [OPTION...]
start_as_user() {
    user_prefix
    # shellcheck disable=SC2034 # for start_helper
    helper_prefix=("${as_user[@]}")
    start_helper "$@"
    helper_prefix=()
}

# is_refused TEXT OPTION...: it does not start, says why, and leaves nothing
is_refused() {
    local text=$1
    shift
    user_prefix
    run timeout 30 ip netns exec "$ns" "${as_user[@]}" vmnet-helper --socket "$dir/never" "$@"
    assert_failure
    assert_output --partial "$text"
    [ ! -e "$dir/never" ]
    # Of the networks that root keeps up nothing has gone, and nothing has come.
    [ "$(ip -n "$ns" -o link | grep -c vmt)" -eq "${taps:-0}" ]
}

# The user has no way back to any right, and nobody may look into the process.
assert_dropped() {
    local file
    for file in "/proc/$1/task/"*/status; do
        run sed -nE 's/^(Uid|Gid|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs):[[:space:]]*//p' "$file"
        assert_output "$(printf '4242\t4242\t4242\t4242\n4243\t4243\t4243\t4243\n%s\n%s\n%s\n%s\n1' \
            0000000000000000 0000000000000000 0000000000000000 0000000000000000)"
        grep -qx 'Seccomp:[[:space:]]2' "$file"
    done
    assert_equal "$(stat -c %u:%g "/proc/$1/environ")" 0:0
}

members() {
    find "$(state_folder)" -name 'member:*' | wc -l
}

# The VM's socket must be one that the user's helper may send to: it is root's here.
start_user_vm() {
    umask 0
    start_vm "$@"
    umask 022
}

tap_of() {
    echo "vmt$(helper_pid "$1")"
}

has_no_tap() {
    ! ip -n "$ns" link show "$1" >/dev/null 2>&1
}

@test "the shared network that root keeps up is joined, and used" {
    need_sandbox
    start_root
    start_as_user one
    start_user_vm one
    vm_dhcp one
    vm_reaches one 192.168.105.1
    assert_dropped "$(helper_pid one)"
    assert_equal "$(stat -c %u:%a "$dir/one.sock")" 4242:600
    # What root's helper says of the network is what this one says.
    for key in vmnet_start_address vmnet_end_address vmnet_subnet_mask vmnet_mtu vmnet_nat66_prefix; do
        assert_equal "$(helper_value one $key)" "$(helper_value root $key)"
    done
    # It has written nothing, and started nothing.
    assert_equal "$(members)" 1
    assert_equal "$(keeper_pid one)" ""
}

@test "two machines of the user's reach each other, or not" {
    start_root
    start_as_user one
    start_user_vm one
    vm_dhcp one
    start_as_user two
    start_user_vm two
    vm_dhcp two
    vm_reaches one "$(lease two address)"
    start_as_user alone --enable-isolation
    start_user_vm alone
    vm_dhcp alone
    start_as_user other --enable-isolation
    start_user_vm other
    vm_dhcp other
    vm_reaches alone 192.168.105.1
    vm_does_not_reach alone "$(lease other address)"
}

@test "killed, it leaves nothing; told to stop, it does" {
    start_root
    start_as_user one
    local tap
    tap=$(tap_of one)
    ! has_no_tap "$tap"
    stop_helper one KILL
    wait_for 20 has_no_tap "$tap"
    start_as_user two
    tap=$(tap_of two)
    stop_helper two
    wait_for 20 has_no_tap "$tap"
    assert_equal "$(bridges)" vmn-sc0a8690018
    stop_helper root
    assert_nothing_left
}

@test "when root's helper ends the network goes, and nothing is left of those who joined it" {
    start_root
    start_as_user one
    stop_helper root
    wait_for 20 has_no_tap vmn-sc0a8690018
    ! is_gone "$(helper_pid one)"
    stop_helper one
    assert_nothing_left
    # Anew, and joined anew.
    start_root
    start_as_user two
    stop_helper two
    stop_helper root
    assert_nothing_left
}

@test "a bridge that bridge.conf allows is joined, another one is not" {
    need_sandbox
    ip -n "$ns" link add br0 type bridge
    ip -n "$ns" link set br0 up
    is_refused 'you may not use interface "br0"' --operation-mode bridged --shared-interface br0
    echo "allow br0" >"$conf"
    start_as_user one --operation-mode bridged --shared-interface br0
    assert_dropped "$(helper_pid one)"
    assert_equal "$(ip -n "$ns" -o link show master br0 | awk -F': ' '{ print $2 }')" "$(tap_of one)"
    ip -n "$ns" address add 10.7.0.1/24 dev br0
    start_user_vm one
    in_vm one ip address add 10.7.0.2/24 dev vm0
    vm_reaches one 10.7.0.1
    stop_helper one
    wait_for 20 has_no_tap "$(tap_of one)"
}

@test "a mode that bridge.conf denies is refused though its network is up" {
    start_root
    taps=1
    echo "deny shared" >"$conf"
    is_refused 'you may not use mode "shared"'
}

@test "making a network is refused, and how to do it is told" {
    is_refused "no shared network with the gateway 192.168.105.1 is up, and to make one needs root"
    is_refused "no host network with the gateway 192.168.106.1 is up" --operation-mode host
    start_root
    taps=1
    # The same subnet, but not the gateway of the network that is up.
    is_refused "no shared network with the gateway 192.168.105.9 is up" --start-address 192.168.105.9 \
        --end-address 192.168.105.254 --subnet-mask 255.255.255.0
    echo "allow all" >"$conf"
    is_refused "use --operation-mode shared or host" --operation-mode bridged --shared-interface vmn-sc0a8690018
}

@test "what would outlive the process is refused: a macvtap, a switch's port" {
    echo "allow all" >"$conf"
    ip -n "$ns" link add card type veth peer name far
    ip -n "$ns" tuntap add dev switch mode tap
    is_refused "card is no Linux bridge" --operation-mode bridged --shared-interface card
    is_refused "switch is no Linux bridge" --operation-mode bridged --shared-interface switch
}

@test "who is not in its group cannot run it, and a copy has no capability" {
    group=4244
    user_prefix
    run timeout 30 ip netns exec "$ns" "${as_user[@]}" vmnet-helper --version
    assert_failure
    assert_output --partial "ermission denied"
    group=4243
    capabilities=none
    is_refused "opening a network interface needs root"
}

@test "more capabilities than it needs are of no use to the caller" {
    need_sandbox
    capabilities=cap_net_admin,cap_setuid,cap_setgid,cap_dac_override,cap_sys_admin+ep
    start_root
    start_as_user one
    assert_dropped "$(helper_pid one)"
    taps=2
    is_refused 'only root can become the --user "root"' --user root
    # Nor is a forged name of sudo's.
    variables="SUDO_UID=0 SUDO_GID=0"
    start_as_user two
    assert_dropped "$(helper_pid two)"
}

@test "the caller's environment, debugger and files reach no further than the caller" {
    need_sandbox
    start_root
    cat >"$dir/evil.c" <<'EVIL'
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void)
{
    if (getenv("EVIL"))
        close(open(getenv("EVIL"), O_CREAT | O_WRONLY, 0600));
}
EVIL
    cc -shared -fPIC -o "$dir/evil.so" "$dir/evil.c"
    variables="LD_PRELOAD=$dir/evil.so EVIL=$dir/was-loaded"
    start_as_user one
    [ ! -e "$dir/was-loaded" ]
    # A program without the capability does load it.
    user_prefix
    run ip netns exec "$ns" "${as_user[@]}" vmnet-client --version
    [ -e "$dir/was-loaded" ]
    variables=
    # Traced from the beginning it has no capability.
    taps=2
    tracer="strace -o /dev/null"
    is_refused "opening a network interface needs root"
}

@test "vmnet-client needs no sudo then, and says so where it does" {
    start_root
    user_prefix
    run timeout 60 ip netns exec "$ns" "${as_user[@]}" vmnet-client -- sh -c 'id -u; echo "$VMNET_MAC_ADDRESS"'
    assert_success
    assert_line 4242
    assert_line --regexp '^[0-9a-f:]{17}$'
    # doctor knows too.
    mkdir "$dir/home"
    variables="HOME=$dir/home VMNET_HOME=$dir/home"
    user_prefix
    run timeout 120 ip netns exec "$ns" "${as_user[@]}" vmnet-harness doctor
    assert_line --regexp '^ok +privilege .*vmnet-helper has CAP_NET_ADMIN'
    group=4244
    user_prefix
    run timeout 60 ip netns exec "$ns" "${as_user[@]}" vmnet-client -- true
    assert_failure 125
}
