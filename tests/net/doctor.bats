#!/usr/bin/env bats
# doctor: each condition is made true in a namespace of the test's own, and untrue again.

setup() {
    load ../lib/common
    load ../lib/namespace
    load ../lib/helper
    net_setup
    export VMNET_HOME=$dir/home
    unset VMNET_NETNS VMNET_CACHE SUDO_UID SUDO_GID
}

teardown() { net_teardown; }

# doctor_with COMMAND ARGUMENT...: doctor in a mount namespace that ends with it, and in which the command
# has mounted something. KVM is out of sight, which saves the second that it may take to try it.
doctor_with() {
    local command=$1
    shift
    unshare --mount --propagation private sh -c '[ ! -e /dev/kvm ] || mount --bind /dev/null /dev/kvm || exit 9
        eval "$1" || exit 9
        shift
        exec "$@"' sh "$command" timeout 60 "$bin/vmnet-harness" doctor --netns "$ns" "$@" 3>&-
}

doctor() {
    doctor_with true "$@"
}

# examine [OPTION...], examine_with COMMAND: what doctor found is in $findings.
examine() {
    examine_with true "$@"
}

examine_with() {
    local command=$1
    shift
    findings=$(doctor_with "$command" --json "$@") || [ $? -eq 1 ]
}

# is RESULT CHECK [WORDS]: a finding of the check has this result, with these words in what was found.
is() {
    jq -e --arg result "$1" --arg check "$2" --arg words "${3:-}" \
        'any(.[]; .check == $check and .result == $result and (.found | contains($words)))' <<<"$findings" >/dev/null ||
        { jq -c --arg check "$2" '.[] | select(.check == $check)' <<<"$findings" >&2; return 1; }
}

# Nothing of the check is bad.
is_fine() {
    jq -e --arg check "$1" '[.[] | select(.check == $check)] | length > 0 and all(.[]; .result == "ok")' <<<"$findings" >/dev/null ||
        { jq -c --arg check "$1" '.[] | select(.check == $check)' <<<"$findings" >&2; return 1; }
}

# Do what doctor says.
mend() {
    bash -c "$(jq -r --arg check "$1" '.[] | select(.check == $check and .result != "ok") | .remedy' <<<"$findings")"
}

# Hold a port on all addresses, and share it with nobody.
hold_port() {
    # Not by in_ns: the pid is to be the program's.
    ip netns exec "$ns" python3 -c '
import socket, sys, time
kind = socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM
held = socket.socket(socket.AF_INET, kind)
held.bind(("0.0.0.0", int(sys.argv[2])))
if kind == socket.SOCK_STREAM:
    held.listen()
open(sys.argv[3], "w").close()
time.sleep(300)' "$1" "$2" "$dir/held" >/dev/null 2>&1 3>&- &
    echo $! >"$dir/holder.pid"
    wait_for 20 test -e "$dir/held"
}

release_port() {
    kill "$(cat "$dir/holder.pid")"
    wait_for 20 is_gone "$(cat "$dir/holder.pid")"
    rm "$dir/held"
}

@test "in an empty namespace nothing is in the way, and nothing is made" {
    examine
    for check in firewall subnet port stale-networks tun state-folder socket-path; do
        is_fine "$check"
    done
    [ ! -e "$VMNET_HOME" ]
    nothing_is_left
}

@test "a namespace that is not there is not made" {
    run timeout 60 "$bin/vmnet-harness" doctor --netns "$ns-none"
    assert_failure 1
    assert_output --partial "there is no network namespace \"$ns-none\""
    [ ! -e "/run/netns/$ns-none" ]
}

@test "the exit status is 1 only where something blocks" {
    in_ns nft 'add table inet guard; add chain inet guard forward { type filter hook forward priority 0; policy drop; }'
    run doctor
    if grep -q '^blocks' <<<"$output"; then assert_failure 1; else assert_success; fi
    assert_line --regexp '^note +firewall'
    in_ns nft 'add chain inet guard input { type filter hook input priority 0; policy drop; }'
    VMNET_NETNS=$ns run timeout 60 "$bin/vmnet-harness" doctor
    assert_failure 1
    assert_line --regexp '^blocks +firewall'
}

@test "a firewall that drops DHCP blocks, and its remedy mends that" {
    in_ns nft 'add table inet guard; add chain inet guard input { type filter hook input priority 0; policy drop; }'
    examine
    is blocks firewall "chain input of table inet guard"
    mend firewall
    examine
    is_fine firewall
    start_machine one
    vm_reaches one 192.168.105.1
}

@test "a firewall that drops what is forwarded is a note, and its remedy mends that" {
    in_ns nft 'add table inet guard; add chain inet guard forward { type filter hook forward priority 0; policy accept; }; add rule inet guard forward counter drop'
    outside_make
    start_machine one
    run in_vm one ping -q -c 1 -W 1 10.9.0.2
    assert_failure
    examine
    is note firewall "chain forward of table inet guard"
    mend firewall
    examine
    is_fine firewall
    vm_reaches one 10.9.0.2
}

@test "bridge netfilter is noted where it meets a firewall" {
    in_ns test -e /proc/sys/net/bridge/bridge-nf-call-iptables || skip "needs the module br_netfilter"
    in_ns sysctl -q -w net.bridge.bridge-nf-call-iptables=1
    examine
    is_fine bridge-netfilter
    in_ns nft 'add table inet guard; add chain inet guard forward { type filter hook forward priority 0; policy drop; }'
    examine
    is note bridge-netfilter
    mend bridge-netfilter
    examine
    is_fine bridge-netfilter
}

@test "a port of DHCP that another holds blocks, as it does the helper" {
    hold_port udp 67
    examine
    is blocks port "udp port 67 (DHCP) is held on all addresses by python3"
    run fail_helper
    assert_failure 1
    assert_output --partial "Address already in use"
    release_port
    examine
    is_fine port
}

@test "a port of DNS that another holds blocks" {
    hold_port udp 53
    examine
    is blocks port "udp port 53 (DNS) is held on all addresses by python3"
    release_port
    hold_port tcp 53
    examine
    is blocks port "tcp port 53 (DNS) is held on all addresses by python3"
}

@test "a dnsmasq that serves its own interface is in nobody's way" {
    ip -n "$ns" link add other0 type bridge
    ip -n "$ns" address add 10.77.0.1/24 dev other0
    ip -n "$ns" link set other0 up
    in_ns dnsmasq --conf-file=/dev/null --bind-dynamic --interface=other0 --except-interface=lo \
        --dhcp-range=10.77.0.2,10.77.0.9 --pid-file="$dir/other.pid" --dhcp-leasefile="$dir/other.leases"
    examine
    is_fine port
    start_helper one
}

@test "a subnet that the host uses blocks, as it does the helper" {
    ip -n "$ns" address add 192.168.105.200/25 dev lo
    examine
    is blocks subnet "interface lo has the address 192.168.105.200/25"
    run fail_helper
    assert_failure 1
    assert_output --partial "is in use: interface lo has the address 192.168.105.200/25"
    ip -n "$ns" address delete 192.168.105.200/25 dev lo
    examine
    is_fine subnet
}

@test "a route blocks too; the host network's subnet is a note" {
    ip -n "$ns" route add 192.168.0.0/17 dev lo
    examine
    is blocks subnet "interface lo has the route 192.168.0.0/17"
    is note subnet "192.168.106.0/24"
}

@test "a network of our own in use is in nobody's way" {
    start_helper one
    start_helper two --operation-mode host
    examine
    is_fine subnet
    is_fine port
    is_fine firewall
    is ok stale-networks "2 in use"
}

@test "a network whose dnsmasq has ended gives no address until it is started anew" {
    start_helper one
    examine
    is_fine dhcp-server
    dnsmasq=$(cat "$(state_folder)/vmn-sc0a8690018/dnsmasq.pid")
    kill -KILL "$dnsmasq"
    wait_for 20 is_gone "$dnsmasq"
    examine
    is blocks dhcp-server "the dnsmasq of vmn-sc0a8690018 has ended"
    start_helper two
    examine
    is_fine dhcp-server
}

@test "stale networks are noted, and removed by --fix only" {
    start_helper one
    keeper=$(keeper_pid one)
    # shellcheck disable=SC2086 # a word for each pid
    kill -KILL $keeper
    kill -KILL "$(helper_pid one)"
    wait_for 20 is_gone "$(helper_pid one)"
    examine
    is note stale-networks "1 of 1 networks were left by helpers that were killed: vmn-sc0a8690018"
    assert_equal "$(bridges)" vmn-sc0a8690018
    examine --fix
    is_fine stale-networks
    nothing_is_left
}

@test "--fix leaves a network alone that is used" {
    start_machine one
    examine --fix
    is ok stale-networks "1 in use"
    vm_reaches one 192.168.105.1
}

@test "without /dev/net/tun there is no network" {
    examine_with 'mount -t tmpfs none /dev/net'
    is blocks tun "there is no /dev/net/tun"
}

@test "a KVM that runs no guest is not believed" {
    examine
    is note accelerator "/dev/kvm"
}

@test "disk space runs out" {
    mkdir "$dir/home"
    examine_with "mount -t tmpfs -o size=64m none $dir/home"
    is blocks space "0.1 GiB free"
    examine_with "mount -t tmpfs -o size=4g none $dir/home"
    is ok space "4.0 GiB free"
}

@test "root without CAP_NET_ADMIN cannot start a helper" {
    findings=$(timeout 60 setpriv --bounding-set=-net_admin "$bin/vmnet-harness" doctor --netns "$ns" --json 3>&-) || true
    is blocks privilege CAP_NET_ADMIN
    examine
    is_fine privilege
}

@test "a user whom sudo does not know cannot start a helper, and sees what is his" {
    mkdir "$dir/bin" "$dir/own"
    cp "$bin/vmnet-harness" "$bin/vmnet-helper" "$bin/vmnet-client" "$dir/bin"
    chmod 755 "$dir" "$dir/bin"
    chown 65534:65534 "$dir/own"
    findings=$(cd / && VMNET_HOME=$dir/root timeout 60 ip netns exec "$ns" setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$dir/bin/vmnet-harness" doctor --json 3>&-) || true
    is blocks privilege "not root"
    is blocks state-folder "may not be written to"
    is ok port "needs root"
    findings=$(cd / && VMNET_HOME=$dir/own/home timeout 60 ip netns exec "$ns" setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$dir/bin/vmnet-harness" doctor --json 3>&-) || true
    is_fine state-folder
    [ ! -e "$dir/own/home" ]
}

# as_nobody RULES: what doctor finds for a user with these rules of sudo, which nobody else sees. The first
# word of a rule is the user, by number.
as_nobody() {
    findings=$(cd / && VMNET_HOME=$dir/own/home unshare --mount --propagation private sh -c '
        mount -t tmpfs -o mode=755 none /etc/sudoers.d && printf "%s\n" "$1" >/etc/sudoers.d/test &&
            chmod 440 /etc/sudoers.d/test || exit 9
        shift
        exec "$@"' sh "$1" timeout 60 ip netns exec "$ns" setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$dir/bin/vmnet-harness" doctor --json 3>&-) || [ $? -eq 1 ]
}

@test "a rule of sudo is for one path, and may lack closefrom_override" {
    grep -qs "^[@#]includedir /etc/sudoers.d" /etc/sudoers || skip "needs sudo"
    mkdir "$dir/bin"
    cp "$bin/vmnet-harness" "$bin/vmnet-helper" "$bin/vmnet-client" "$dir/bin"
    chmod 755 "$dir" "$dir/bin"
    as_nobody "#65534 ALL=(root) NOPASSWD: $dir/gone/vmnet-helper"
    is blocks privilege "sudo allows $dir/gone/vmnet-helper without a password, which is gone"
    as_nobody "#65534 ALL=(root) NOPASSWD: NOSETENV: $dir/bin/vmnet-helper"
    is_fine privilege
    is note sudo-rule "closefrom_override is not set"
    as_nobody "#65534 ALL=(root) NOPASSWD: NOSETENV: $dir/bin/vmnet-helper
Defaults!$dir/bin/vmnet-helper closefrom_override"
    is_fine privilege
    is_fine sudo-rule
}

@test "sockets of a long state folder go elsewhere" {
    VMNET_HOME=$dir/$(printf 'x%.0s' $(seq 90))
    examine
    is note socket-path "too long for sockets"
}

# The disk is empty: it boots nothing, so there is no address whatever happens.
start_nothing() {
    truncate -s 1M "$dir/disk.raw"
    timeout 200 env VMNET_NETNS="$ns" "$bin/vmnet-harness" vm start nobody --image "$dir/disk.raw" --timeout 2 "$@" 3>&-
}

need_qemu() {
    local program
    for program in qemu-system-x86_64 qemu-img xorriso ssh-keygen; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
}

@test "vm start tells what doctor sees when a guest got no address" {
    need_qemu
    in_ns nft 'add table inet guard; add chain inet guard input { type filter hook input priority 0; policy drop; }'
    run start_nothing
    assert_failure 1
    assert_output --partial "got no address within 2 s"
    assert_line --regexp '^blocks +firewall +chain input of table inet guard'
    assert_line --partial "remedy: ip netns exec $ns nft insert rule inet guard input"
}

@test "vm start says so when doctor sees nothing" {
    need_qemu
    run start_nothing
    assert_failure 1
    assert_line --partial "doctor, on what may keep a guest from its address"
    assert_line --regexp '^ok +nothing'
}
