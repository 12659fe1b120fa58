# shellcheck disable=SC2154 # ns, dir, build are set by those that are loaded before
# Open vSwitch for tests: load after helper. Its datapath is netdev, which needs nothing of the kernel.
#
# The helper finds the switch's database at a fixed path, which must not be the machine's own. So each
# switch comes with a mount namespace in which /run/openvswitch is its folder.

need_ovs() {
    local program
    for program in ovsdb-server ovsdb-tool ovs-vswitchd ovs-vsctl; do
        command -v "$program" >/dev/null || skip "needs $program (openvswitch-switch)"
    done
}

# ovs_start NAMESPACE FOLDER: a switch without bridges. It ends with what else is in the namespace.
ovs_start() {
    local namespace=$1 folder=$2
    mkdir -p "$folder/bin" /run/openvswitch
    # shellcheck disable=SC2016 # expanded by the shell that runs it
    ip netns exec "$namespace" unshare --mount --propagation slave sh -c '
        mount --bind "$1" /run/openvswitch && touch "$1/mounted" && exec sleep infinity' sh "$folder" \
        >/dev/null 2>&1 3>&- &
    echo $! >"$folder/mounts"
    wait_for 20 test -e "$folder/mounted"
    cat >"$folder/bin/vmnet-helper" <<SCRIPT
#!/bin/sh
exec nsenter --mount=/proc/$(cat "$folder/mounts")/ns/mnt --root=/proc/$(cat "$folder/mounts")/root -- "$build/bin/vmnet-helper" "\$@"
SCRIPT
    chmod 755 "$folder/bin/vmnet-helper"
    ovsdb-tool create "$folder/conf.db" /usr/share/openvswitch/vswitch.ovsschema
    ovsdb_start "$namespace" "$folder"
    ovs_ctl "$folder" --no-wait init
    ip netns exec "$namespace" ovs-vswitchd "unix:$folder/db.sock" --unixctl="$folder/vswitchd.ctl" \
        >"$folder/vswitchd.log" 2>&1 3>&- &
}

ovsdb_start() {
    ip netns exec "$1" ovsdb-server "$2/conf.db" --remote="punix:$2/db.sock" --unixctl="$2/ovsdb.ctl" \
        >"$2/ovsdb.log" 2>&1 3>&- &
    echo $! >"$2/ovsdb"
    wait_for 20 ovsdb_answers "$2"
}

# Its socket is there a moment before it listens.
ovsdb_answers() {
    ovs_ctl "$1" --no-wait show >/dev/null 2>&1
}

ovsdb_stop() {
    kill "$(cat "$1/ovsdb")"
    wait_for 20 is_gone "$(cat "$1/ovsdb")"
}

# ovs_ctl FOLDER ...: ovs-vsctl of this switch.
ovs_ctl() {
    local folder=$1
    shift
    ovs-vsctl --db="unix:$folder/db.sock" --timeout=60 "$@"
}

# ovs_bridge NAMESPACE FOLDER NAME: a bridge that is up.
ovs_bridge() {
    ovs_ctl "$2" add-br "$3" -- set bridge "$3" datapath_type=netdev
    ip -n "$1" link set "$3" up
}

# Helpers end while there is a switch to take their ports out of.
ovs_teardown() {
    local pid
    [ -n "${dir:-}" ] || return 0
    # shellcheck disable=SC2013 # a word for each pid
    for pid in $(cat "$dir"/*.helper.pid 2>/dev/null); do
        kill "$pid" 2>/dev/null || true
        wait_for 20 is_gone "$pid" || true
    done
    net_teardown
}
