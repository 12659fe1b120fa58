# What real callers do, with the helper for macOS: the compat suite on the double. The gateway is Linux's, at the
# other end of the fake vmnet's TAP.

load ../lib/common
load ../lib/double

setup_file() {
    double_build
    [ -z "$missing" ] || return 0
    # A short path: some of the callers have it in their sockets' names.
    folder=$(mktemp -d /tmp/vd.XXXXXX)
    export folder
    double_folder "$folder/bin" FAKE_VMNET_TAP=mac0 FAKE_VMNET_SUBNET=192.168.105 FAKE_VMNET_LIST=en0
}

teardown_file() {
    [ -z "${folder:-}" ] || rm -rf "$folder"
}

setup() {
    [ -z "$missing" ] || skip "$missing"
    need_root
    need_tun
}

# compat FILE [FILTER]: the file's tests, or those whose names match; what failed is shown.
compat() {
    run env BUILD="$folder" timeout 500 bats --filter "${2:-.}" "$root/tests/compat/$1.bats"
    [ "$status" -eq 0 ] || { grep -A 30 '^not ok' <<<"$output" | head -n 80 >&2; return 1; }
    assert_line --regexp '^ok 1 '
    refute_line --regexp '^ok .*# skip'
}

@test "minikube" {
    compat minikube
}

@test "krunkit and libkrun, with super-frames too" {
    compat krunkit
}

# Not the longest path of Linux.
@test "vfkit" {
    compat vfkit 'magic|path103|cannot have'
}

@test "renode, vibe, anylinuxfs, lima, nerdbox" {
    compat others
}

# Not bridged mode, which that test makes a bridge of Linux for.
@test "the original's examples" {
    compat seed 'seed-readme: (a |the |both |Ctrl|vmnet|--operation-mode (host|shared))'
}

@test "who is served" {
    compat clients
}
