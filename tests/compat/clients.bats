#!/usr/bin/env bats
# Who is served: the first client that has a name, and nobody else.

load ../lib/common
load ../lib/callers

@test "second-client: the system refuses it, the first goes on" {
    play clients second
}

@test "unbound-client: dropped, and the next one is served" {
    play clients unbound
}
