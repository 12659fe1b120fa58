#!/usr/bin/env bats
# VLAN tags pass, and count for neither the MTU nor vmnet_max_packet_size: a full frame is 1518 bytes then.

load ../lib/common
load ../lib/namespace
load ../lib/helper

setup()    { net_setup; }
teardown() { net_teardown; }

tag=810000058888 # VLAN 5, and a type that no kernel answers
plain=8888

# listen NAMESPACE INTERFACE LENGTH: for a frame of this length
listen() {
    ip netns exec "$1" python3 "$root/tests/lib/raw_frame.py" receive "$2" "$dir/listens" "$3" 3>&- &
    listener=$!
    echo $listener >"$dir/listener.pid"
    wait_for 20 test -e "$dir/listens"
}

# sends NAMESPACE INTERFACE LENGTH HEAD: a frame, again and again
sends() {
    ip netns exec "$1" python3 "$root/tests/lib/raw_frame.py" send "$2" "$3" "$4" 3>&- &
    echo $! >"$dir/sender.pid"
}

start_one() {
    start_helper one "$@"
    assert_equal "$(helper_value one vmnet_max_packet_size)" "${largest:-1514}"
    start_vm one
}

@test "a full frame with a tag from the VM to the network" {
    start_one
    listen "$ns" "$(bridges)" 1518
    sends "${ns}one" vm0 1518 $tag
    wait $listener
}

@test "a full frame with a tag from the network to the VM" {
    start_one
    listen "${ns}one" vm0 1518
    sends "$ns" "$(bridges)" 1518 $tag
    wait $listener
}

@test "a full frame with a tag from VM to VM, without the engine" {
    start_helper one --offload-engine off
    start_vm one
    start_helper two --offload-engine off
    start_vm two
    listen "${ns}two" vm0 1518
    sends "${ns}one" vm0 1518 $tag
    wait $listener
}

@test "a full frame with a tag from a VM that has offload" {
    largest=65550 start_one --enable-tso --enable-checksum-offload
    listen "$ns" "$(bridges)" 1518
    sends "${ns}one" vm0 1518 $tag
    wait $listener
}

vm_bad_is() {
    kill -USR1 "$(helper_pid one)"
    [ "$(grep -o '{.*}' "$dir/one.log" | tail -n 1 | jq .vm.bad)" -ge "$1" ]
}

@test "a frame of that size without a tag is refused" {
    start_one
    ip -n "${ns}one" link set vm0 mtu 9000
    sends "${ns}one" vm0 1518 $plain
    wait_for 20 vm_bad_is 1
}

@test "a frame that is longer than its tag is refused" {
    start_one
    ip -n "${ns}one" link set vm0 mtu 9000
    sends "${ns}one" vm0 1519 $tag
    wait_for 20 vm_bad_is 1
}
