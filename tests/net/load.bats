#!/usr/bin/env bats
# Many helpers on one network at once. LOAD=N for another number; the figures are for people.

load ../lib/common

setup() {
    need_root
    need_tun
}

@test "helpers that start at once on one network each lease, forward and stop, and leave nothing" {
    run env BUILD="$build" timeout -k 10 500 "$root/tests/load/run.sh" "${LOAD:-50}"
    assert_success
    assert_line "all have a lease of their own, reached the gateway and each the next one, and ended"
    echo "$output" | sed 's/^/# /' >&3
}

@test "ten helpers that start and end in a loop, by SIGTERM and SIGKILL, on one network: it is never taken from the living" {
    run env BUILD="$build" timeout -k 10 500 "$root/tests/load/run.sh" --churn one "${ROUNDS:-5}"
    assert_success
    assert_output --partial "never a network without an owner"
    echo "$output" | sed 's/^/# /' >&3
}

@test "ten helpers that start and end in a loop, by SIGTERM and SIGKILL, on ten networks" {
    run env BUILD="$build" timeout -k 10 500 "$root/tests/load/run.sh" --churn ten "${ROUNDS:-5}"
    assert_success
    assert_output --partial "never a network without an owner"
    echo "$output" | sed 's/^/# /' >&3
}
