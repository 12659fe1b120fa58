#!/usr/bin/env bats
# Each system call of the helper fails once: `make check-fault` tries more places than this.

load ../lib/common

setup() {
    need_root
    need_tun
    command -v strace >/dev/null || skip "needs strace"
}

@test "whatever system call fails, the helper starts or ends cleanly, and forwarding goes on" {
    run timeout -k 10 500 "$root/tests/fault/run.py" "$bin/vmnet-helper" "$build/tests/fault/shim.so" --spread 2 --jobs 2
    assert_success
    assert_output --regexp '[0-9]{3} faults tried, [0-9]{3} happened, 0 failed'
}
