# Many tiny guests of one command: MANY=10 in the environment for ten of them. The tests follow on each other.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    count=${MANY:-4}
    export count
    {
        echo "image: tiny"
        echo "vms:"
        for number in $(seq "$count"); do
            echo "  vm$number:"
            echo "    memory: $((150 + number))"
        done
        echo "  broken:"
        echo "    driver-command: ./broken"
    } >"$dir/lab.yaml"
    printf '#!/bin/sh\necho "broken on purpose" >&2\nexit 1\n' >"$dir/broken"
    chmod +x "$dir/broken"
}

teardown_file() { vm_teardown; }

names() { seq -f 'vm%g' "$count"; }

@test "all of a file start side by side; one that fails does not take the others down" {
    run timeout 900 env VMNET_NETNS="$ns" "$bin/vmnet-harness" vm start -f "$dir/lab.yaml" --timeout 600 3>&-
    assert_failure 1
    assert_line --index -1 "error: started $count of $((count + 1)) VMs; failed: broken"
    assert_line --partial "broken: error: the VM \"broken\" ended while it booted: broken on purpose"
    for name in $(names); do
        assert_line "$name: Virtual machine IP address: $(guest_address "$name")"
    done
}

@test "each has an address of its own, and what the file says" {
    run sort -u <(for name in $(names); do guest_address "$name"; done)
    assert_equal "${#lines[@]}" "$count"
    for name in $(names); do
        assert_equal "$(jq -r .options.memory "$VMNET_HOME/vms/$name/state.json")" $((150 + ${name#vm}))
        run in_guest "$name" hostname
        assert_output "$name"
    done
}

@test "cp copies to a guest and back, also folders" {
    mkdir -p "$dir/folder/below"
    echo "some text" >"$dir/folder/below/a:b"
    run harness vm cp -r "$dir/folder" vm1:/root/copy
    assert_success
    run in_guest vm1 cat /root/copy/below/a:b
    assert_output "some text"
    run harness vm cp vm1:/root/copy/below/a:b vm1:/etc/hostname "$dir"
    assert_success
    assert_equal "$(cat "$dir/a:b")" "some text"
    # A path of this machine with a colon, from the current folder.
    cd "$dir" || return
    run harness vm cp ./a:b vm1:back
    assert_success
    run in_guest vm1 cat /root/back
    assert_output "some text"
    run harness vm cp vm1:/nosuch "$dir"
    assert_failure
}

@test "wait tells when a VM is there" {
    for goal in login address; do
        run harness vm wait vm1 --for "$goal"
        assert_success
    done
    run harness vm wait vm1 --for stopped --timeout 0
    assert_failure 1
    assert_output --partial 'error: VM "vm1" still runs after 0 s'
}

@test "wait waits for a start by another command" {
    harness vm stop --force vm2
    timeout 400 env VMNET_NETNS="$ns" "$bin/vmnet-harness" vm start vm2 --timeout 300 >"$dir/again.log" 2>&1 3>&- &
    pid=$!
    run harness vm wait vm2 --timeout 300
    assert_success
    wait "$pid"
    run in_guest vm2 hostname
    assert_output vm2
}

@test "results of many as JSON are a list" {
    run --separate-stderr timeout 400 "$bin/vmnet-harness" vm restart vm1 vm2 --json --timeout 300 3>&-
    assert_success
    assert_equal "$(jq -r 'map(.name + " " + .state) | join(", ")' <<<"$output")" "vm1 running, vm2 running"
}

@test "a signal stops the start of all, and leaves none" {
    harness vm stop --all --force
    wait_for 30 nothing_is_left
    # bash ignores SIGINT in a background command: TERM.
    "$bin/vmnet-harness" vm start vm1 vm2 --netns "$ns" --memory 200 >"$dir/signal.log" 2>&1 3>&- &
    pid=$!
    wait_for 60 grep -q '^vm2: .*booting' "$dir/signal.log"
    kill "$pid"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 143
    wait_for 30 nothing_is_left
    assert_equal "$(vm_state vm1) $(vm_state vm2)" "stopped stopped"
}

@test "delete --all leaves no trace" {
    run harness vm delete --all
    assert_success
    assert_output --partial "deleted $((count + 1)) VMs"
    assert_equal "$(ls "$VMNET_HOME/vms")" ""
    wait_for 30 nothing_is_left
}
