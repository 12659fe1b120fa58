# Several guests on one network: one and two are isolated, three is not.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    start_guest one --image tiny --enable-isolation
    start_guest two --image tiny --enable-isolation
    start_guest three --image tiny
}

teardown_file() { vm_teardown; }

# The first answer may take as long as a busy emulated guest does.
sees() { in_guest "$1" ping -c 1 -W 5 "$2" >/dev/null; }

gateway() { in_guest "$1" ip route | awk '/^default/ { print $3 }'; }

@test "each guest has an address of its own" {
    run sort -u <(guest_address one; guest_address two; guest_address three)
    assert_equal "${#lines[@]}" 3
}

@test "two guests see each other" {
    wait_for 30 sees three "$(guest_address one)"
    wait_for 30 sees one "$(guest_address three)"
}

@test "isolated guests do not, but reach the gateway" {
    wait_for 30 sees one "$(gateway one)"
    wait_for 30 sees two "$(gateway two)"
    run in_guest one ping -c 2 -W 3 "$(guest_address two)"
    assert_failure
    assert_output --partial "100% packet loss"
}

@test "the network stays until the last guest is gone" {
    harness vm stop --force one
    harness vm stop --force two
    wait_for 30 sees three "$(gateway three)"
    harness vm stop --force three
    wait_for 30 nothing_is_left
}
