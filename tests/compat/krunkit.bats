#!/usr/bin/env bats
# krunkit and libkrun: the client's name is elsewhere, magic is optional, frames may be large.

load ../lib/common
load ../lib/callers

@test "krunkit-magic: the first datagram is no frame" {
    play krunkit magic
}

@test "krunkit-nomagic: the first datagram is a frame" {
    play krunkit nomagic
}

@test "krunkit-65550: 64 KiB of TCP pass whole, each way, with the checksums left to the network" {
    play krunkit 65550
}

@test "krunkit: a client's name that fills sun_path without a NUL" {
    play krunkit long-name
}

@test "libkrun-test: by descriptor, with offloads, as its own test has it" {
    play krunkit libkrun-test
}
