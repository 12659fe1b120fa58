# Real guests: load after common and namespace.
#
#     setup_file()    { vm_setup; }      a namespace $ns and a store VMNET_HOME of the file's own
#     teardown_file() { vm_teardown; }   all VMs end, all that was made goes
#
# All files share one cache of images: whoever comes first builds, the others wait for it.

vm_setup() {
    need_root
    need_tun
    local program
    for program in qemu-system-x86_64 qemu-img xorriso ssh ssh-keygen; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
    dir=$(mktemp -d /tmp/vm.XXXXXX)
    export dir VMNET_HOME=$dir/home VMNET_CACHE=$build/image-cache
    unset VMNET_NETNS SUDO_UID SUDO_GID
    mkdir -p "$VMNET_CACHE"
    namespace_make
}

vm_teardown() {
    local name
    [ -n "${dir:-}" ] || return 0
    for name in $(vm_names); do
        timeout 60 "$bin/vmnet-harness" vm stop --force "$name" >/dev/null 2>&1 || true
    done
    namespace_remove || true
    rm -rf "$dir"
}

vm_names() {
    "$bin/vmnet-harness" vm list --json 2>/dev/null | jq -r '.[].name'
}

# The harness; a VM that it starts is in this file's namespace.
harness() {
    VMNET_NETNS=$ns "$bin/vmnet-harness" "$@" 3>&-
}

# start_guest NAME [OPTION...]: a tiny guest, unless the options say another. The limit is for a machine
# that runs other guests at the same time.
start_guest() {
    local name=$1
    shift
    timeout 400 env VMNET_NETNS="$ns" "$bin/vmnet-harness" vm start "$name" --timeout 300 "$@" 3>&-
}

guest_address() {
    "$bin/vmnet-harness" vm ip "$1"
}

# in_guest NAME COMMAND...: with exactly these words. ssh must not read the test's own input.
in_guest() {
    local name=$1
    shift
    timeout 120 "$bin/vmnet-harness" vm exec "$name" -- "$@" </dev/null 3>&-
}

vm_state() {
    "$bin/vmnet-harness" vm status "$1" --json | jq -r .state
}

vm_field() {
    "$bin/vmnet-harness" vm status "$1" --json | jq -r ".$2"
}

# Is nothing left in the namespace: no process, and no interface but lo?
nothing_is_left() {
    [ -z "$(ip netns pids "$ns")" ] && [ "$(ip -n "$ns" -o link | wc -l)" -eq 1 ]
}
