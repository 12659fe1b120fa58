#!/usr/bin/env bats
# The snippets of docs/integration.md, as they stand there.

load ../lib/common
load ../lib/callers

# The block after the comment "<!-- tested: NAME -->" becomes $DIR/NAME.
snippet() {
    awk -v mark="<!-- tested: $1 -->" '
        $0 == mark { wanted = 1; next }
        wanted && /^```/ { if (inside) exit; inside = 1; next }
        inside' "$root/docs/integration.md" >"$DIR/$1"
    [ -s "$DIR/$1" ]
}

# run_snippet NAME COMMAND...: in the namespace, with the programs in PATH.
run_snippet() {
    snippet "$1"
    shift
    cd "$DIR"
    PATH=$bin:$PATH VMNET_HELPER=$HELPER run_to_file in_ns timeout -k 5 120 "$@"
}

@test "every snippet that is marked as tested has a test" {
    run grep -o 'tested: [^ ]*' "$root/docs/integration.md"
    for name in ${output//tested: /}; do
        grep -q "run_snippet $name " "$BATS_TEST_FILENAME"
    done
}

@test "integration: vmnet-client in sh" {
    VM="echo the VM ran" run_snippet client.sh sh -e client.sh
    assert_success
    assert_output --partial "address of the card: "
    assert_output --partial "the VM ran"
}

@test "integration: a socket pair in Python" {
    run_snippet fd.py python3 fd.py
    assert_success
    assert_output --partial "helper ended with status 0"
}

@test "integration: a socket pair in C" {
    snippet fd.c
    gcc -std=gnu11 -Wall -Wextra -Werror -o "$DIR/fd" "$DIR/fd.c"
    run_snippet fd.c "$DIR/fd"
    assert_success
    assert_output --partial 'vmnet_mac_address'
}

@test "integration: a socket pair in Go" {
    snippet fd.go
    # Offline, and with nothing in anybody's home.
    (cd "$DIR" && HOME=$DIR GOCACHE=$DIR/cache GOFLAGS=-mod=mod GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local \
        go build -o "$DIR/fd-go" fd.go)
    [ -z "$(gofmt -l "$DIR/fd.go")" ]
    run_snippet fd.go "$DIR/fd-go"
    assert_success
    assert_output --regexp 'address of the card: ([0-9a-f]{2}:){5}[0-9a-f]{2}'
    assert_output --partial "helper ended with status 0"
}

@test "integration: a socket with a name in sh" {
    run_snippet named.sh sh named.sh
    assert_success
    assert_output --regexp 'address of the card: ([0-9a-f]{2}:){5}[0-9a-f]{2}'
}

@test "integration: a socket with a name in Python" {
    run_snippet named.py python3 named.py
    assert_success
    assert_output --partial "gateway's card: "
    assert_output --partial "helper ended with status 0"
}
