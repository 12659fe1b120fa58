# A tiny guest through its life: start, use, restart, stop. The tests follow on each other.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    start_guest one --image tiny
}

teardown_file() { vm_teardown; }

@test "the guest has the address that the harness tells" {
    run in_guest one ip -4 -o address show eth0
    assert_success
    assert_output --partial " $(guest_address one)/"
}

@test "the guest has the name of the VM" {
    run in_guest one hostname
    assert_output one
}

@test "a command gets exactly the words that were given" {
    # shellcheck disable=SC2016 # the words are for the guest
    run in_guest one printf '<%s>' 'a  b' '$HOME' "it's" '*'
    assert_output "<a  b><\$HOME><it's><*>"
}

@test "the exit status of a command is the guest's" {
    run in_guest one sh -c 'exit 7'
    assert_equal "$status" 7
}

@test "ssh uses ssh.config as it stands, and knows the guest" {
    run ip netns exec "$ns" ssh -o BatchMode=yes -F "$(vm_field one ssh_config)" one echo logged in
    assert_success
    assert_output "logged in"
}

@test "ssh refuses a guest with another host key" {
    ssh-keygen -q -t ed25519 -N '' -f "$dir/other"
    echo "one $(cat "$dir/other.pub")" >"$dir/known_hosts"
    run ip netns exec "$ns" ssh -o BatchMode=yes -o UserKnownHostsFile="$dir/known_hosts" \
        -F "$(vm_field one ssh_config)" one true
    assert_failure
    assert_output --partial "Host key verification failed"
}

# Right after another run the server may still be busy with it.
iperf_succeeds() {
    ip netns exec "$ns" timeout 60 iperf3 -c "$1" -t 1 -J "${@:2}" >"$dir/iperf.json" 3>&- &&
        jq -e '.end.sum_received.bits_per_second > 1000000' "$dir/iperf.json" >/dev/null
}

@test "iperf3 runs to the guest" {
    wait_for 60 iperf_succeeds "$(guest_address one)"
}

@test "iperf3 runs from the guest" {
    wait_for 60 iperf_succeeds "$(guest_address one)" -R
}

@test "a VM that runs is not started again" {
    run start_guest one
    assert_failure 1
    assert_output 'error: VM "one" is already running'
}

@test "list, status and ip tell of it as JSON" {
    run harness vm list --json
    assert_equal "$(jq -r '.[0] | .name + " " + .state + " " + .image' <<<"$output")" "one running tiny"
    run harness vm ip one --json
    assert_equal "$(jq -r .ip <<<"$output")" "$(guest_address one)"
    assert_equal "$(vm_field one netns)" "$ns"
}

@test "logs prints the serial line" {
    run harness vm logs one
    assert_success
    assert_output --partial "address:"
}

@test "console attaches a terminal to the serial line, and Ctrl-] detaches" {
    run timeout 100 python3 "$root/tests/lib/console_user.py" "$bin/vmnet-harness" vm console one 3>&-
    assert_success
    assert_output --partial "detached"
    # The guest goes on, and lets the next one in.
    run timeout 100 python3 "$root/tests/lib/console_user.py" "$bin/vmnet-harness" vm console one 3>&-
    assert_success
    run in_guest one true
    assert_success
}

@test "ip waits for an address that is there already, and for many prints one a line" {
    run harness vm ip one one --wait 5
    assert_output "$(printf '%s\n%s' "$(guest_address one)" "$(guest_address one)")"
}

@test "restart keeps the address and the identity" {
    before=$(guest_address one)
    run timeout 400 "$bin/vmnet-harness" vm restart one --timeout 300 3>&-
    assert_success
    assert_line "Virtual machine IP address: $before"
    run in_guest one true
    assert_success
}

@test "list tells the truth after a crash, and start mends it" {
    kill -KILL "$(vm_field one pid)"
    wait_for 20 is_stopped one
    run start_guest one
    assert_success
    assert_equal "$(vm_state one)" running
}

is_stopped() { [ "$(vm_state "$1")" = stopped ]; }

@test "a VM without its helper is broken, says list, and start mends it" {
    machine=$(vm_field one pid)
    helper=$(vm_field one helper_pid)
    # QEMU is held: it is not to notice that its network has gone before list looks.
    kill -STOP "$machine"
    kill -KILL "$helper"
    wait_for 20 is_gone "$helper"
    assert_equal "$(vm_state one)" broken
    run harness vm ip one
    assert_failure 1
    assert_output --partial 'it is broken'
    kill -CONT "$machine"
    run start_guest one
    assert_success
    assert_equal "$(vm_state one)" running
    wait_for 20 is_gone "$machine"
    run in_guest one true
    assert_success
}

@test "stop leaves no process and no interface" {
    run harness vm stop one
    assert_success
    assert_equal "$(vm_state one)" stopped
    wait_for 30 nothing_is_left
}

@test "delete leaves no trace" {
    run harness vm delete one
    assert_success
    [ ! -e "$VMNET_HOME/vms/one" ]
    run harness vm status one
    assert_failure 1
    assert_output --partial 'there is no VM "one"'
}
