# A real guest whose network goes through the macOS helper, on the double: the path of the frames is that of
# macOS, what is behind vmnet is a TAP of Linux.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    export missing=
    command -v clang >/dev/null || { missing="clang is missing"; return; }
    [ -e /usr/include/Block.h ] || { missing="libblocksruntime-dev is missing"; return; }
    vm_setup
    # Another file may build it at the same time.
    flock "$build/macos.lock" make -C "$root" BUILD="$build" macos-double >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; return 1; }
    # The harness takes the helper that lies beside it.
    mkdir "$dir/bin"
    cp "$build/bin/vmnet-harness" "$build/bin/vmnet-client" "$build/macos/double/bin/vmnet-helper" "$dir/bin/"
    export FAKE_VMNET_TAP=mac0 FAKE_VMNET_SUBNET=192.168.105
    ip netns exec "$ns" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
        --interface=mac0 --bind-dynamic --dhcp-leasefile="$dir/leases" --no-ping \
        --dhcp-range=192.168.105.2,192.168.105.254,255.255.255.0 >"$dir/dnsmasq.log" 2>&1 3>&- &
    bin=$dir/bin
    start_guest one --image tiny
}

teardown_file() {
    [ -z "${dir:-}" ] || bin=$dir/bin
    vm_teardown
}

setup() {
    [ -z "$missing" ] || skip "$missing"
    bin=$dir/bin
}

@test "the guest has an address of the fake vmnet's network" {
    run guest_address one
    assert_success
    assert_output --regexp '^192\.168\.105\.[0-9]+$'
    run in_guest one hostname
    assert_output one
}

@test "the helper under it is the one for macOS" {
    run cat "$VMNET_HOME/vms/one/vmnet-helper.log"
    assert_line --partial "on macOS 15.4.0"
}

@test "a megabyte comes back as it was" {
    head -c 1000000 /dev/urandom | base64 >"$dir/sent"
    timeout 120 "$bin/vmnet-harness" vm exec one -- cat <"$dir/sent" >"$dir/received" 3>&-
    cmp "$dir/sent" "$dir/received"
}
