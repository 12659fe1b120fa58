# What goes wrong leaves one clear line, the right exit status, and nothing behind.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    # Recipes of the test's own: images/<name>/build.
    mkdir -p "$dir/data/images"
    command -v busybox >/dev/null || skip "needs busybox"
    "$bin/vmnet-harness" image build tiny 2>/dev/null
    kernel=$(find "$VMNET_CACHE/tiny" -name kernel | head -n 1)
    # Two guests that never come up: one boots and then does nothing, the other finds nothing to run.
    guest_recipe stuck "console=ttyS0 quiet" <<<'while :; do /busybox sleep 1; done'
    guest_recipe dead "console=ttyS0 quiet panic=-1 init=/none rdinit=/none" <<<:
}

# guest_recipe NAME CMDLINE: the guest's first program, a shell script, is read from standard input.
guest_recipe() {
    local top=$dir/guest-$1
    mkdir "$top"
    cp "$(command -v busybox)" "$top/busybox"
    { echo '#!/busybox sh'; cat; } >"$top/init"
    chmod 755 "$top/init"
    (cd "$top" && find . | cpio --quiet -o -H newc) >"$dir/$1.initrd"
    recipe "$1" <<BUILD
cp "$kernel" "\$1/kernel"
cp "$dir/$1.initrd" "\$1/initrd"
echo "$2" >"\$1/cmdline"
echo root >"\$1/user"
BUILD
}

teardown_file() {
    if [ -n "${dir:-}" ] && mountpoint -q "$dir/small"; then
        umount "$dir/small"
    fi
    vm_teardown
}

teardown() { harness vm delete one >/dev/null 2>&1 || true; }

# recipe NAME: a recipe whose build script is read from standard input.
recipe() {
    mkdir -p "$dir/data/images/$1"
    { echo '#!/bin/sh'; cat; } >"$dir/data/images/$1/build"
    chmod 755 "$dir/data/images/$1/build"
}

# A start with the test's recipes and a cache of its own.
start_recipe() {
    timeout 300 env VMNET_DATA="$dir/data" VMNET_CACHE="$dir/cache" VMNET_NETNS="$ns" \
        "$bin/vmnet-harness" vm start one --image "$@" 3>&-
}

# Errors, one a line, and how many.
error_lines() { grep -c '^error: ' <<<"$output"; }

cache_is_empty() { [ -z "$(find "$dir/cache" -mindepth 2 -maxdepth 2 ! -name build.log 2>/dev/null)" ]; }

@test "an unknown image is named, with those that there are" {
    run start_guest one --image nosuch
    assert_failure 1
    assert_output --partial 'error: unknown image "nosuch"; there are: '
    [ ! -e "$VMNET_HOME/vms/one" ]
}

@test "an image file that is none is refused" {
    echo text >"$dir/text"
    run start_guest one --image "$dir/nosuch"
    assert_failure 1
    assert_output --partial "error: cannot open image $dir/nosuch: No such file or directory"
    run start_guest one --image "$dir"
    assert_failure 1
    assert_output --partial "is not a file"
}

@test "a recipe that fails leaves no image, and shows its last words" {
    recipe broken <<<'echo "no flour"; echo half >"$1/kernel"; exit 3'
    run start_recipe broken
    assert_failure 1
    assert_equal "$(error_lines)" 1
    assert_output --partial "error: cannot build image broken (exit status 3)"
    assert_output --partial "no flour"
    cache_is_empty
    [ ! -e "$VMNET_HOME/vms/one" ]
}

@test "a recipe that leaves half an image is not believed" {
    recipe half <<<'echo text >"$1/kernel"; echo text >"$1/initrd"'
    run start_recipe half
    assert_failure 1
    assert_output --partial "error: the recipe of image half left no cmdline"
    cache_is_empty
}

build_has_begun() { [ -s "$dir/builder.pid" ]; }

@test "Ctrl-C in a build ends the build and leaves nothing" {
    recipe slow <<BUILD
echo half >"\$1/kernel"
sleep 1000 &
echo "\$\$ \$!" >"$dir/builder.pid.new"
mv "$dir/builder.pid.new" "$dir/builder.pid"
wait
BUILD
    VMNET_DATA=$dir/data VMNET_CACHE=$dir/cache VMNET_NETNS=$ns \
        "$bin/vmnet-harness" vm start one --image slow >"$dir/log" 2>&1 3>&- &
    pid=$!
    wait_for 30 build_has_begun
    # A background command of a shell ignores SIGINT only until it asks for it, as the harness does.
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 130
    # shellcheck disable=SC2013
    for child in $(cat "$dir/builder.pid"); do
        wait_for 20 is_gone "$child"
    done
    cache_is_empty
    [ ! -e "$VMNET_HOME/vms/one" ]
}

both_have_begun() { grep -q building "$dir/first.log" && grep -q 'waiting for another command' "$dir/second.log"; }

@test "of two that want an image one builds and the other waits" {
    recipe shared <<BUILD
echo built >>"$dir/builds"
while [ ! -e "$dir/go" ]; do sleep 0.1; done
for file in kernel initrd cmdline user; do echo root >"\$1/\$file"; done
BUILD
    export VMNET_DATA=$dir/data VMNET_CACHE=$dir/cache
    "$bin/vmnet-harness" image build shared >"$dir/first.log" 2>&1 3>&- &
    first=$!
    wait_for 30 grep -q built "$dir/builds"
    "$bin/vmnet-harness" image build shared >"$dir/second.log" 2>&1 3>&- &
    second=$!
    wait_for 30 both_have_begun
    touch "$dir/go"
    wait "$first"
    wait "$second"
    assert_equal "$(cat "$dir/builds")" built
    export VMNET_DATA=$root VMNET_CACHE=$build/image-cache
}

@test "a full disk is named, and nothing stays on it" {
    mkdir -p "$dir/small"
    mount -t tmpfs -o size=3m tmpfs "$dir/small"
    recipe big <<<'dd if=/dev/zero of="$1/kernel" bs=1M count=20'
    run env VMNET_HOME="$dir/small/home" VMNET_DATA="$dir/data" VMNET_CACHE="$dir/small/cache" VMNET_NETNS="$ns" \
        timeout 300 "$bin/vmnet-harness" vm start one --image big
    assert_failure 1
    assert_equal "$(error_lines)" 1
    assert_output --partial "no space left"
    assert_equal "$(find "$dir/small" -name kernel)" ""
    umount "$dir/small"
}

@test "a disk that fills in the middle of a start is named, and nothing stays on it" {
    mkdir -p "$dir/small"
    # Keys and logs fit; the seed does not.
    mount -t tmpfs -o size=300k tmpfs "$dir/small"
    run env VMNET_HOME="$dir/small/home" VMNET_NETNS="$ns" timeout 300 "$bin/vmnet-harness" vm start one --image tiny
    assert_failure 1
    assert_equal "$(error_lines)" 1
    assert_output --partial "no space left"
    [ ! -e "$dir/small/home/vms/one" ]
    wait_for 30 nothing_is_left
    umount "$dir/small"
}

@test "a subnet that is in use is named" {
    ip -n "$ns" link add v0 type veth peer name v1
    ip -n "$ns" address add 192.168.105.77/24 dev v0
    run start_guest one --image tiny
    ip -n "$ns" link delete v0
    assert_failure 1
    assert_equal "$(error_lines)" 1
    assert_output --partial 'error: vmnet-helper of VM "one" did not start: '
    assert_output --partial "192.168.105"
    wait_for 30 nothing_is_left
}

# start_in_background [OPTION...]: a guest that never comes up. Sets pid; the output is in $dir/log.
start_in_background() {
    VMNET_DATA=$dir/data VMNET_CACHE=$dir/cache VMNET_NETNS=$ns \
        "$bin/vmnet-harness" vm start one --image stuck "$@" >"$dir/log" 2>&1 3>&- &
    pid=$!
}

is_booting() { grep -q 'booting' "$dir/log" && [ -n "$(vm_field one pid 2>/dev/null | grep -v null)" ]; }

@test "a helper that dies in the boot ends the start" {
    start_in_background
    wait_for 60 is_booting
    kill -KILL "$(vm_field one helper_pid)"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 1
    output=$(cat "$dir/log")
    assert_equal "$(error_lines)" 1
    # QEMU may notice first that its network is gone.
    assert_output --regexp 'ended while it booted'
    wait_for 30 nothing_is_left
    assert_equal "$(vm_state one)" stopped
}

@test "a VM that dies in the boot ends the start" {
    start_in_background
    wait_for 60 is_booting
    kill -KILL "$(vm_field one pid)"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 1
    output=$(cat "$dir/log")
    assert_equal "$(error_lines)" 1
    assert_output --partial 'error: the VM "one" ended while it booted'
    wait_for 30 nothing_is_left
}

@test "Ctrl-C in the boot stops what was started" {
    start_in_background
    wait_for 60 is_booting
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 130
    wait_for 30 nothing_is_left
    assert_equal "$(vm_state one)" stopped
}

# killed_at LINE [OPTION...]: the start is killed, with no chance to undo anything, when its output has this line.
killed_at() {
    start_in_background "${@:2}"
    wait_for 60 grep -q "$1" "$dir/log"
    kill -KILL "$pid"
    wait "$pid" || true
}

# What the state says of its processes is what runs.
list_is_true() {
    local state pids
    state=$(vm_state one) || return 1
    pids=$(ip netns pids "$ns")
    case $state in
    stopped) [ -z "$pids" ] ;;
    *)       [ "$state" != running ] || kill -0 "$(vm_field one pid)" ;;
    esac
}

@test "a start that is killed at any stage leaves what list tells, and delete mends it" {
    for stage in "starting vmnet-helper" "starting qemu" "booting"; do
        killed_at "$stage"
        wait_for 30 list_is_true
        run harness vm delete one
        assert_success
        wait_for 30 nothing_is_left
        run harness vm list --json
        assert_output "[]"
    done
}

@test "a start that is killed is mended by the next" {
    killed_at booting
    assert_equal "$(vm_state one)" running
    before=$(vm_field one pid)
    run start_recipe stuck --timeout 2
    # It runs, although nobody waits for its address.
    assert_failure 1
    assert_output --partial 'VM "one" is already running'
    kill -KILL "$(vm_field one helper_pid)"
    wait_for 30 is_not_running
    run start_recipe stuck --timeout 2
    assert_failure 1
    assert_output --partial 'error: VM "one" got no address within 2 s'
    wait_for 30 is_gone "$before"
    wait_for 30 nothing_is_left
}

is_not_running() { [ "$(vm_state one)" != running ]; }

@test "stop is bounded where the guest does not listen" {
    # No power button, no login: SIGTERM, when its time is over.
    killed_at booting
    machine=$(vm_field one pid)
    run timeout 100 "$bin/vmnet-harness" vm stop one --timeout 1
    assert_success
    is_gone "$machine"
    wait_for 30 nothing_is_left
    assert_equal "$(vm_state one)" stopped
}

@test "stop is bounded where the VM's program does not listen either" {
    printf '#!/bin/sh\ntrap "" TERM\nwhile :; do sleep 0.2; done\n' >"$dir/deaf"
    chmod +x "$dir/deaf"
    killed_at booting --driver-command "$dir/deaf"
    machine=$(vm_field one pid)
    run timeout 100 "$bin/vmnet-harness" vm stop one --timeout 1
    assert_success
    is_gone "$machine"
    wait_for 30 nothing_is_left
}

@test "a guest that panics ends the start, with its last words" {
    run start_recipe dead
    assert_failure 1
    assert_equal "$(error_lines)" 1
    assert_output --partial "ended while it booted"
    assert_output --partial "Kernel panic"
    wait_for 30 nothing_is_left
}

@test "the timeout is the user's" {
    run start_recipe stuck --timeout 2
    assert_failure 1
    assert_equal "$(error_lines)" 1
    assert_output --partial 'error: VM "one" got no address within 2 s'
    wait_for 30 nothing_is_left
}

@test "a second command on a VM waits for the first" {
    start_in_background --timeout 8
    wait_for 60 is_booting
    run timeout 400 "$bin/vmnet-harness" vm stop one
    assert_success
    assert_output --partial 'waiting for another command on VM "one"'
    wait "$pid" || true
    assert_equal "$(vm_state one)" stopped
    wait_for 30 nothing_is_left
}
