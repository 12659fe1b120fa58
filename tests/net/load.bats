#!/usr/bin/env bats
# Many helpers on one network at once. LOAD=50 for more; the numbers are for people.

load ../lib/common

setup() {
    need_root
    need_tun
}

@test "helpers that start at once on one network each serve their client, and leave nothing" {
    run env BUILD="$build" timeout -k 10 500 "$root/tests/load/run.sh" "${LOAD:-10}"
    assert_success
    assert_line "all served and ended"
    echo "$output" | sed 's/^/# /' >&3
}
