#!/usr/bin/env bats
# vfkit: magic first, and its socket beside the helper's.

load ../lib/common
load ../lib/callers

@test "vfkit-magic: the first datagram is no frame" {
    play vfkit magic
}

@test "vfkit-path103: the longest path of macOS" {
    play vfkit path103
}

@test "vfkit-path104: Linux takes 107 characters" {
    play vfkit path107
}

@test "vfkit-path104: a path that the system cannot have is refused" {
    play vfkit too-long
    run cat "$DIR/helper.log"
    assert_output --regexp "too long|characters|bytes"
}
