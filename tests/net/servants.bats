# The processes beside the helper: the keeper, which cleans up, and dnsmasq. Each has what it needs and no more.

load ../lib/common
load ../lib/namespace
load ../lib/helper

setup()    { net_setup; }
teardown() { net_teardown; }

# All is done once the watch on the host's routes is open: it comes after the sandbox.
keeper_is_settled() {
    local keeper
    keeper=$(keeper_pid "$1" | tr -d ' ')
    grep -q '^NoNewPrivs:.*1' "/proc/$keeper/status" && readlink "/proc/$keeper/fd/"* | grep -q socket:
}

settled_keeper() {
    wait_for 20 keeper_is_settled "$1"
    keeper=$(keeper_pid "$1" | tr -d ' ')
}

# status_of PID KEY: blanks squeezed
status_of() {
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr -s '[:space:]' ' ' | sed 's/ *$//'
}

# What a limit of the process is, soft and hard.
limit_of() {
    sed -n "s/^$2  *\([^ ]*\)  *\([^ ]*\) .*/\1 \2/p" "/proc/$1/limits"
}

dnsmasq_pid() {
    cat "$(state_folder)"/vmn-*/dnsmasq.pid
}

dnsmasq_user() {
    id -u dnsmasq 2>/dev/null || id -u nobody
}

@test "the keeper has CAP_NET_ADMIN alone" {
    start_helper one
    settled_keeper one
    for set in CapInh CapBnd CapAmb; do
        assert_equal "$set $(status_of "$keeper" $set)" "$set 0000000000000000"
    done
    for set in CapPrm CapEff; do
        assert_equal "$set $(status_of "$keeper" $set)" "$set 0000000000001000"
    done
    assert_equal "$(status_of "$keeper" Groups)" ""
}

@test "the keeper cannot gain privileges, nor be looked into, and has its list of system calls" {
    need_sandbox
    start_helper one
    settled_keeper one
    assert_equal "$(status_of "$keeper" NoNewPrivs) $(status_of "$keeper" Seccomp)" "1 2"
    # The files of a process that is not dumpable are root's (proc(5)): its effective user is another one.
    assert_equal "$(stat -c %u:%g "/proc/$keeper/environ")" 0:0
    assert_equal "$(limit_of "$keeper" "Max core file size")" "0 0"
}

# kill(2) wants the sender's real or effective id to be the target's real or saved one.
@test "the keeper may end dnsmasq, and dnsmasq not the keeper" {
    start_helper one
    settled_keeper one
    assert_equal "$(status_of "$keeper" Uid)" "0 $(dnsmasq_user) 0 0"
    run setpriv --reuid "$(dnsmasq_user)" --clear-groups --inh-caps=-all kill -TERM "$keeper"
    assert_failure
    assert_output --partial "not permitted"
    kill -KILL "$(helper_pid one)"
    assert_nothing_left
}

# Each call is tried from inside by tests/unit/test_sandbox_linux.c; here is that this keeper has that list.
@test "the keeper writes nowhere but to its state and to the network's settings" {
    need_sandbox
    start_helper one
    settled_keeper one
    run readlink "/proc/$keeper/fd/"*
    refute_output --partial "$dir"
    # Its root: in a chroot, seen from another mount namespace, that has a longer name.
    assert_equal "$(readlink "/proc/$keeper/cwd")" "$(readlink "/proc/$keeper/root")"
}

@test "dnsmasq is its own user, without root's groups" {
    local pid user
    start_helper one
    pid=$(dnsmasq_pid) user=$(dnsmasq_user)
    assert_equal "$(status_of "$pid" Uid)" "$user $user $user $user"
    [[ " $(status_of "$pid" Groups) " != *" 0 "* ]]
    [[ "$(status_of "$pid" Gid)" != *"0 0 0 0"* ]]
}

@test "dnsmasq keeps the capabilities that serving takes, and can gain none" {
    local pid kept bounding
    start_helper one
    pid=$(dnsmasq_pid)
    kept=$((0x$(status_of "$pid" CapPrm)))
    # CAP_NET_BIND_SERVICE 10, CAP_NET_ADMIN 12, CAP_NET_RAW 13
    assert_equal "$((kept & ~(1 << 10 | 1 << 12 | 1 << 13)))" 0
    bounding=$((0x$(status_of "$pid" CapBnd)))
    # besides: CAP_CHOWN 0, CAP_DAC_OVERRIDE 1, CAP_SETGID 6, CAP_SETUID 7, for its start
    assert_equal "$((bounding & ~(1 | 2 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 12 | 1 << 13)))" 0
    assert_equal "$(status_of "$pid" NoNewPrivs)" 1
}

@test "dnsmasq has limits, and so many leases as the network has addresses" {
    local pid
    start_helper one --start-address 192.168.91.1 --end-address 192.168.91.20 --subnet-mask 255.255.255.0
    pid=$(dnsmasq_pid)
    run cat "/proc/$pid/limits"
    assert_equal "$(limit_of "$pid" "Max core file size")" "0 0"
    assert_equal "$(limit_of "$pid" "Max open files")" "512 512"
    assert_equal "$(limit_of "$pid" "Max file size")" "16777216 16777216"
    assert_equal "$(limit_of "$pid" "Max address space")" "268435456 268435456"
    tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx -- --dhcp-lease-max=19
}

@test "dnsmasq has no descriptor and no variable of the caller's" {
    echo secret >"$dir/secret"
    SECRET=secret start_helper one 20<"$dir/secret"
    run readlink "/proc/$(dnsmasq_pid)/fd/"*
    refute_output --partial "$dir"
    assert_equal "$(tr '\0' '\n' <"/proc/$(dnsmasq_pid)/environ" | sort)" "LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin"
}

# start_with_dnsmasq FILE: a helper in a mount namespace where /usr/sbin/dnsmasq is this file.
start_with_dnsmasq() {
    run timeout 30 ip netns exec "$ns" unshare --mount --propagation private sh -c '
        mount --bind "$1" /usr/sbin/dnsmasq && exec "$2" --socket "$3"' sh "$1" "$bin/vmnet-helper" "$dir/one.sock" 3>&-
}

@test "a dnsmasq that is another user's, or that others can write, is not started" {
    printf '#!/bin/sh\ntouch %s/started\n' "$dir" >"$dir/dnsmasq"
    chmod 755 "$dir/dnsmasq"
    chown nobody "$dir/dnsmasq"
    start_with_dnsmasq "$dir/dnsmasq"
    assert_failure 1
    assert_output --partial "/usr/sbin/dnsmasq is not root's alone"
    chown root "$dir/dnsmasq"
    chmod 775 "$dir/dnsmasq"
    start_with_dnsmasq "$dir/dnsmasq"
    assert_failure 1
    assert_output --partial "/usr/sbin/dnsmasq is not root's alone"
    [ ! -e "$dir/started" ]
    assert_nothing_left
}

@test "PATH is not consulted: a dnsmasq, nft or ip that is found there first is not started" {
    mkdir "$dir/bin"
    for name in dnsmasq nft ip sysctl modprobe sh ovs-vsctl; do
        printf '#!/bin/sh\ntouch %s/started.%s\n' "$dir" $name >"$dir/bin/$name"
        chmod 755 "$dir/bin/$name"
    done
    helper_prefix=(env PATH="$dir/bin:$PATH")
    cd "$dir/bin"
    start_helper one
    stop_helper one
    assert_nothing_left
    run find "$dir" -name 'started.*'
    assert_output ""
}

@test "the reason of a dnsmasq that does not start is told" {
    printf '#!/bin/sh\necho "nothing works today" >&2\nexit 3\n' >"$dir/dnsmasq"
    chmod 755 "$dir/dnsmasq"
    start_with_dnsmasq "$dir/dnsmasq"
    assert_failure 1
    assert_output --partial "dnsmasq ended with status 3: nothing works today"
    assert_nothing_left
}
