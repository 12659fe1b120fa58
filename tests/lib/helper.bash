# shellcheck disable=SC2154 # bin, tools and root are from common, ns from namespace
#
# Helpers and VMs for tests of the network: load after common and namespace.
#
#     setup()    { net_setup; }       a namespace $ns and a folder $dir for the test
#     teardown() { net_teardown; }    all that was started ends, all that was made goes
#
# A VM is a namespace with vm_peer in it: a real network stack behind the helper's socket. A helper
# and its VM have the same name; a word of a few letters.

net_setup() {
    need_root
    need_tun
    dir=$(mktemp -d /tmp/vn.XXXXXX)
    namespace_make
    namespaces=
}

net_teardown() {
    local pid one
    [ -n "${dir:-}" ] || return 0
    # shellcheck disable=SC2013 # a word for each pid
    for pid in $(cat "$dir"/*.pid 2>/dev/null); do
        kill -CONT "$pid" 2>/dev/null || true
        kill "$pid" 2>/dev/null || true
    done
    for one in $namespaces; do
        namespace_remove "$one" || true
    done
    # shellcheck disable=SC2013
    for pid in $(cat "$dir"/*.helper.pid 2>/dev/null); do
        wait_for 10 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    done
    in_ns "$bin/vmnet-helper" --cleanup >/dev/null 2>&1 || true
    namespace_remove || true
    rm -rf "$dir" "/etc/netns/$ns"
}

# A further namespace that goes with the test.
namespace_add() {
    ip netns add "$1"
    namespaces="$namespaces $1"
    ip -n "$1" link set lo up
}

helper_has_spoken() {
    [ -s "$dir/$1.json" ] || is_gone "$(cat "$dir/$1.helper.pid")"
}

# start_helper NAME [OPTION...]: a helper that waits for its VM on $dir/NAME.sock. Its log and JSON
# line are in $dir/NAME.log and .json. Fails if it ends instead. helper_prefix: words before it, which
# become the helper by exec.
start_helper() {
    local name=$1
    shift
    rm -f "$dir/$name.json"
    ip netns exec "$ns" "${helper_prefix[@]}" "$bin/vmnet-helper" --socket "$dir/$name.sock" "$@" \
        >"$dir/$name.json" 2>"$dir/$name.log" 3>&- &
    echo $! >"$dir/$name.helper.pid"
    wait_for 30 helper_has_spoken "$name"
    [ -s "$dir/$name.json" ] || { cat "$dir/$name.log" >&2; return 1; }
}

# A helper that must not start: its status and the log, for run.
fail_helper() {
    timeout 30 ip netns exec "$ns" "$bin/vmnet-helper" --socket "$dir/never.sock" "$@" 3>&-
}

helper_pid() {
    cat "$dir/$1.helper.pid"
}

# The process that cleans up after the helper: its only child.
keeper_pid() {
    cat "/proc/$(helper_pid "$1")/task/$(helper_pid "$1")/children"
}

# A value of the JSON line: helper_value one vmnet_mac_address
helper_value() {
    jq -r ".$2" "$dir/$1.json"
}

# stop_helper NAME [SIGNAL]: and wait until it has ended.
stop_helper() {
    kill -"${2:-TERM}" "$(helper_pid "$1")"
    wait_for 20 is_gone "$(helper_pid "$1")"
}

# start_vm NAME [OPTION...]: the VM of the helper of this name, with options of vm_peer. It speaks with
# lengths in a stream if $framing is stream.
start_vm() {
    local name=$1 vm=$ns$1 peer=("$tools/vm_peer" --socket "$dir/$1.sock")
    [ "${framing:-}" != stream ] || peer=("$tools/stream_relay" "$dir/$1.sock" "$tools/vm_peer" --fd 3)
    shift
    namespace_add "$vm"
    # No waiting for what nobody else can have here.
    ip netns exec "$vm" sh -c 'cd /proc/sys/net/ipv6/conf/default 2>/dev/null || exit 0
        echo 0 >accept_dad; echo 0 >router_solicitation_delay; echo 1 >router_solicitation_interval; echo 0 >use_tempaddr'
    ip netns exec "$vm" "${peer[@]}" --mac "$(helper_value "$name" vmnet_mac_address)" "$@" \
        >"$dir/$name.peer.log" 2>&1 3>&- &
    echo $! >"$dir/$name.peer.pid"
    wait_for 20 vm_is_up "$vm"
}

vm_is_up() {
    [ -n "$(ip -n "$1" link show dev vm0 up 2>/dev/null)" ]
}

stop_vm() {
    kill "$(cat "$dir/$1.peer.pid")"
    wait_for 20 is_gone "$(cat "$dir/$1.peer.pid")"
}

# in_vm NAME COMMAND...
in_vm() {
    local name=$1
    shift
    ip netns exec "$ns$name" "$@"
}

# Let the VM ask for an address: it has it afterwards, and its default route.
vm_dhcp() {
    LEASE=$dir/$1.lease in_vm "$1" timeout 60 busybox udhcpc -f -q -n -t 20 -T 1 -i vm0 -s "$root/tests/lib/udhcpc.sh" \
        >"$dir/$1.udhcpc.log" 2>&1 || { cat "$dir/$1.udhcpc.log" >&2; return 1; }
}

# lease NAME address|router|dns|server
lease() {
    sed -n "s/^$2=//p" "$dir/$1.lease"
}

# A helper and its VM with an address.
start_machine() {
    start_helper "$@"
    start_vm "$1"
    vm_dhcp "$1"
}

# The VM reaches an address, if not with the first packet.
vm_reaches() {
    wait_for 20 in_vm "$1" ping -q -c 1 -W 1 "$2" >/dev/null
}

# Three packets, and none is answered.
vm_does_not_reach() {
    ! in_vm "$1" ping -q -c 3 -i 0.2 -W 1 "$2" >/dev/null
}

# The address of this kind that the VM has got by a router advertisement.
vm_global_address() {
    ip -n "$ns$1" -6 -o address show dev vm0 scope global | awk '{ sub("/.*", "", $4); print $4; exit }'
}

vm_has_global_address() {
    [ -n "$(vm_global_address "$1")" ]
}

# A namespace that plays the outside: 10.9.0.2 and fd09::2, which know nothing of the networks.
outside_make() {
    outside=${ns}out
    namespace_add "$outside"
    ip -n "$ns" link add up0 type veth peer name out0 netns "$outside"
    ip -n "$ns" address add 10.9.0.1/24 dev up0
    ip -n "$ns" address add fd09::1/64 dev up0 nodad
    ip -n "$outside" address add 10.9.0.2/24 dev out0
    ip -n "$outside" address add fd09::2/64 dev out0 nodad
    ip -n "$ns" link set up0 up
    ip -n "$outside" link set out0 up
    ip -n "$ns" route add default via 10.9.0.2
    ip -n "$ns" -6 route add default via fd09::2
}

setting() {
    in_ns cat "/proc/sys/net/$1"
}

state_folder() {
    echo "/run/vmnet-helper/$(in_ns stat -Lc %i /proc/self/ns/net)"
}

bridges() {
    ip -n "$ns" -o link show type bridge | awk -F': ' '{ print $2 }'
}

# The namespace is as it was: no link but lo and those of the test, no process, no rule, no state.
nothing_is_left() {
    local left
    left=$(ip -n "$ns" -o link | awk -F'[:@ ]+' '$2 ~ /^vm[nt]/ { print $2 }'
        ip netns pids "$ns" | while read -r pid; do is_gone "$pid" || { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null; done
        in_ns nft list tables
        [ ! -e "$(state_folder)" ] || find "$(state_folder)")
    [ -z "$left" ] || { echo "left: $left" >&2; return 1; }
}

assert_nothing_left() {
    wait_for 20 nothing_is_left 2>"$dir/left" || { tail -n 5 "$dir/left" >&2; return 1; }
}
