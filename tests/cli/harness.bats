# The harness's command line: no privilege, no guest. Nothing here may start anything.
load ../lib/common

setup() {
    dir=$(mktemp -d /tmp/hc.XXXXXX)
    export VMNET_HOME=$dir/home
    unset VMNET_NETNS VMNET_CACHE SUDO_UID SUDO_GID
}

teardown() { rm -rf "$dir"; }

harness() { "$bin/vmnet-harness" "$@"; }

# refused MESSAGE ARGUMENT...: one line that says it, and the status for usage.
refused() {
    local message=$1
    shift
    run harness "$@"
    assert_failure 2
    assert_output --partial "error: $message"
    assert_equal "${#lines[@]}" 1
}

@test "help at every level" {
    run harness --help
    assert_success
    assert_line --partial "Usage: harness COMMAND"
    for group in vm image; do
        run harness "$group" --help
        assert_success
        assert_line --partial "Usage: harness $group COMMAND"
    done
    for command in start stop restart delete list wait status ip ssh exec cp autostart console logs; do
        run harness vm "$command" --help
        assert_success
        assert_line --partial "Usage: harness vm $command"
    done
    run harness doctor --help
    assert_success
    [ ! -e "$VMNET_HOME" ]
}

@test "version is the two lines of all programs" {
    run harness --version
    assert_success
    assert_line --index 0 "version: v$(cat "$root/VERSION")"
    assert_line --index 1 --regexp '^commit: '
}

@test "commands: none, unknown, nearly right" {
    refused "a command is needed"
    refused 'unknown command "frobnicate"' frobnicate
    refused 'unknown option "--nosuch"' --nosuch
    refused "vm needs a command" vm
    refused 'unknown command "strat"; did you mean "start"?' vm strat
}

@test "operands: missing and too many" {
    refused "start needs: NAME" vm start
    refused 'too many arguments: "two"' vm logs one two
    refused 'stop takes nothing after "--"' vm stop one -- x
    refused "exec needs: NAME -- COMMAND..." vm exec one
}

@test "names of VMs" {
    refused 'bad VM name ""' vm start ""
    refused 'bad VM name "../x"' vm start ../x
    refused 'bad VM name "a b"' vm start "a b"
    refused 'bad VM name ".a"' vm start .a
    refused 'unknown option "-a"' vm start -a
    refused 'bad VM name "a/b"' vm delete a/b
    refused 'bad VM name "aaa' vm start "$(printf 'a%.0s' $(seq 300))"
    refused 'bad VM name "a\x0ab"' vm start $'a\nb'
    [ ! -e "$VMNET_HOME/vms/a" ]
}

@test "names of images and namespaces" {
    refused 'bad image name "a b"' vm start one --image "a b"
    refused 'bad image name "..x"' image delete ..x
    refused 'bad network namespace name "../x"' vm start one --netns ../x
    refused 'bad network namespace name ""' vm start one --netns ""
    VMNET_NETNS="a b" refused 'bad network namespace name "a b"' vm start one
}

@test "options: unknown, nearly right, without value, with a value too many" {
    refused 'unknown option "--imag"; did you mean "--image"?' vm start one --imag x
    refused 'option "--image" needs a value' vm start one --image
    refused 'option "--json" takes no value' vm start one --json=yes
    refused 'unknown option "-x"' vm start one -x
}

@test "numbers" {
    for value in 0 -1 x 1.5 "" 99999999999999999999 " 1"; do
        refused 'option "--cpus" must be a number from 1 to 64' vm start one --cpus "$value"
    done
    refused 'option "--memory" must be a number from 64 to 1048576' vm start one --memory 63
    refused 'option "--disk-size" must be a number from 1 to 65536' vm start one --disk-size 0
    refused 'option "--timeout" must be a number of seconds from 1 to 86400' vm start one --timeout 0
    refused 'option "--stats-interval" must be a number' vm start one --stats-interval x
    refused 'option "--timeout" must be a number of seconds from 0 to 3600' vm stop one --timeout x
    refused 'option "--lines" must be a number' vm logs one --lines x
}

@test "words" {
    refused 'option "--driver" must be qemu, vfkit or krunkit, not "vmware"' vm start one --driver vmware
    refused 'option "--connection" must be fd, socket, stream or client, not "pipe"' vm start one --connection pipe
    refused 'option "--operation-mode" must be shared, host or bridged, not "nat"' vm start one --operation-mode nat
    refused 'option "--interface-id" must be a UUID, not "x"' vm start one --interface-id x
}

@test "addresses" {
    refused 'option "--ip-address" must be an IPv4 address' vm start one --ip-address 1.2.3
    refused '--ip-address 10.0.0.5 is not a free address of the subnet of 192.168.105.1/24' \
        vm start one --ip-address 10.0.0.5
    refused '--ip-address 192.168.105.1 is not a free address' vm start one --ip-address 192.168.105.1
    refused '--ip-address 192.168.105.255 is not a free address' vm start one --ip-address 192.168.105.255
    refused '--ip-address 192.168.105.5 is not a free address of the subnet of 192.168.106.1/24' \
        vm start one --operation-mode host --ip-address 192.168.105.5
    refused '--start-address, --end-address and --subnet-mask are used all together' \
        vm start one --start-address 192.168.7.1
    refused '--subnet-mask 255.0.255.0 is not a mask' vm start one \
        --start-address 192.168.7.1 --end-address 192.168.7.9 --subnet-mask 255.0.255.0
}

@test "bridged mode and its interface belong together" {
    refused '--operation-mode bridged needs --shared-interface' vm start one --operation-mode bridged
    refused '--shared-interface is for --operation-mode bridged' vm start one --shared-interface eth0
    refused '--ip-address is for shared and host mode' \
        vm start one --operation-mode bridged --shared-interface eth0 --ip-address 192.168.105.9
}

@test "a VM that there is not" {
    for command in stop delete restart status ip logs ssh console; do
        run harness vm "$command" ghost
        assert_failure 1
        assert_output 'error: there is no VM "ghost"; `vm list` shows them'
    done
    run harness vm exec ghost -- true
    assert_failure 1
}

@test "an empty store has empty lists" {
    run harness vm list --json
    assert_success
    assert_output "[]"
    run harness vm list
    assert_success
    assert_equal "${#lines[@]}" 1
    run harness image list --json
    assert_success
    assert_equal "$(jq -r '.[] | select(.name == "tiny") | .built' <<<"$output")" false
}

@test "the store is nobody else's" {
    run harness vm list
    assert_success
    assert_equal "$(stat -c %a "$VMNET_HOME")" 700
    assert_equal "$(stat -c %a "$VMNET_HOME/vms")" 700
}

@test "a store that cannot be made is named" {
    touch "$dir/file"
    VMNET_HOME=$dir/file/home run harness vm list
    assert_failure 1
    assert_output --partial "error: cannot make $dir/file/home"
}

@test "a damaged state is a stopped VM" {
    mkdir -p "$VMNET_HOME/vms/one"
    echo '{"machine": {"pid": -1, "start": 7}, "helper": []' >"$VMNET_HOME/vms/one/state.json"
    run harness vm list --json
    assert_success
    assert_equal "$(jq -r '.[0].state' <<<"$output")" stopped
    run harness vm delete one
    assert_success
    [ ! -e "$VMNET_HOME/vms/one" ]
}

@test "a pid that is another process now is not the VM" {
    sleep 100 3>&- &
    pid=$!
    mkdir -p "$VMNET_HOME/vms/one"
    printf '{"machine": {"pid": %d, "start": "1-x"}}' "$pid" >"$VMNET_HOME/vms/one/state.json"
    run harness vm status one --json
    assert_equal "$(jq -r .state <<<"$output")" stopped
    run harness vm delete one
    assert_success
    run kill -0 "$pid"
    assert_success
    kill "$pid"
}

@test "bad SUDO_UID is refused for root" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    for value in "" -1 99999999999 "1 "; do
        SUDO_UID=$value SUDO_GID=1 run harness vm list
        assert_failure 1
        assert_output "error: SUDO_UID and SUDO_GID must be numbers, as sudo sets them"
    done
}

@test "under sudo the files are the caller's" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    SUDO_UID=12345 SUDO_GID=12346 run harness vm list
    assert_success
    assert_equal "$(stat -c %u:%g "$VMNET_HOME" "$VMNET_HOME/vms" | sort -u)" 12345:12346
}

@test "doctor names each check, and exits by what blocks" {
    run harness doctor --json
    blocked=$(jq '[.[] | select(.result == "blocks")] | length' <<<"$output")
    assert_equal "$status" "$((blocked > 0))"
    for check in privilege tun program accelerator space; do
        jq -e --arg check "$check" 'any(.[]; .check == $check)' <<<"$output"
    done
    jq -e 'all(.[]; .result == "ok" or .remedy != null)' <<<"$output"
}

@test "doctor says which program is missing" {
    ln -s "$bin/vmnet-harness" "$dir/vmnet-harness"
    # Found by real path, so its own programs are there; PATH holds none of the others.
    PATH=$dir run "$dir/vmnet-harness" doctor --json
    missing=$(/usr/bin/jq -r '.[] | select(.found == "xorriso is missing") | .remedy' <<<"$output")
    assert_failure 1
    assert_equal "$missing" "apt-get install xorriso"
}

# with_units COMMAND...: as root, in a mount namespace that ends with it: /etc/systemd is the test's own, and no systemd
# is to be told of it.
with_units() {
    mkdir -p "$dir/etc/system"
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/systemd || exit 9
        [ ! -d /run/systemd ] || mount -t tmpfs none /run/systemd || exit 9
        exec "$@"' "$dir/etc" "$@"
}

@test "autostart as root: a unit of the machine, whole for systemd" {
    need_root
    [ -d /etc/systemd ] || skip "needs /etc/systemd"
    mkdir -p "$VMNET_HOME/vms/one"
    run with_units "$bin/vmnet-harness" vm autostart on one --json
    assert_success
    assert_output --partial '/etc/systemd/system/vmnet-vm-one.service'
    unit=$dir/etc/system/vmnet-vm-one.service
    grep -qx 'WantedBy=multi-user.target' "$unit"
    cmp "$unit" "$dir/etc/system/multi-user.target.wants/vmnet-vm-one.service"
    assert_equal "$(with_units "$bin/vmnet-harness" vm status one --json | jq .autostart)" true
    if command -v systemd-analyze >/dev/null; then
        run systemd-analyze verify --man=no "$unit"
        refute_output --partial "vmnet-vm-one.service"
    fi
    run with_units "$bin/vmnet-harness" vm autostart off one
    assert_success
    assert_equal "$(find "$dir/etc" ! -type d)" ""
    assert_equal "$(with_units "$bin/vmnet-harness" vm status one --json | jq .autostart)" false
}
