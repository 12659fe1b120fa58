# What real callers and VMs do at the socket, with the helper for macOS: suites of Linux on the double. The gateway is
# Linux's, at the other end of the fake vmnet's TAP.

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

compat() {
    double_bats "$folder" compat/"$@"
}

@test "minikube" {
    compat minikube 6
}

@test "krunkit and libkrun, with super-frames too" {
    export SUN_PATH=104
    compat krunkit 5
}

# Not the longest path of Linux.
@test "vfkit" {
    compat vfkit 3 'magic|path103|cannot have'
}

@test "renode, vibe, anylinuxfs, lima, nerdbox" {
    compat others 5
}

# Not bridged mode, which that test makes a bridge of Linux for.
@test "the original's examples" {
    compat seed 9 'seed-readme: (a |the |both |Ctrl|vmnet|--operation-mode (host|shared))'
}

@test "who is served" {
    compat clients 2
}

# Without those that Darwin has no answer to: a datagram does not tell its sender's user there, the mode of the
# socket's file keeps others away; and without those of several helpers, who would share the one TAP.
@test "the socket, and --keep" {
    double_bats "$folder" net/socket 22 "mode is|JSON line|greeting|VFKT|was noticed|second client|before do not pass|\
without an address|forge|client goes|--keep|killed helper|living helper|stale socket of another|place|bad frames|parent|\
--fd|--stats"
}

@test "--framing stream" {
    double_bats "$folder" net/stream 13 "mode is|socketpair|no address|--keep|stands in line|length|runts|half a frame|\
another user|stale|living"
}

# Those whose result vmnet owes, not the helper.
@test "VMs that leave segmentation and checksums to the network" {
    double_bats "$folder" net/super_frames 3 'partial|complete|without them'
}
