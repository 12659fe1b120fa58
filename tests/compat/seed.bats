#!/usr/bin/env bats
# The commands of the document that this project started from, as a user types them.

load ../lib/common
load ../lib/callers

id=2835E074-9892-4A79-AFFB-7E41D2605678

# Start the helper in the background as the document has it: log and JSON to files.
start_helper() {
    rm -f "$DIR/log" # of an earlier helper: its lines must not be taken for news
    # Not by in_ns: $! would be the shell of the function.
    ip netns exec "$ns" "$HELPER" --socket "$DIR/vmnet.sock" "$@" >"$DIR/vmnet.json" 2>"$DIR/log" 3>&- &
    helper=$!
    wait_for 30 grep -q "waiting for client on \"$DIR/vmnet.sock\"" "$DIR/log"
}

stop_helper() {
    local ended=0
    kill -s "${1:-TERM}" "$helper"
    wait_for 30 is_gone "$helper"
    wait "$helper" || ended=$?
    assert_equal "$ended" 0
}

info() {
    jq -r ".$1" <"$DIR/vmnet.json"
}

@test "seed-readme: a socket, the JSON in a file, jq reads the MAC" {
    start_helper --interface-id "$id"
    run jq -r .vmnet_mac_address "$DIR/vmnet.json"
    assert_output --regexp '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'
    assert_equal "$(wc -l <"$DIR/vmnet.json")" 1
    assert_equal "$(info vmnet_interface_id)" "$id"
    assert_equal "$(info vmnet_start_address) $(info vmnet_end_address) $(info vmnet_subnet_mask)" \
        "192.168.105.1 192.168.105.254 255.255.255.0"
    assert_equal "$(info vmnet_mtu) $(info vmnet_max_packet_size)" "1500 1514"
    assert_regex "$(info vmnet_nat66_prefix)" '^fd[0-9a-f:]+::$'
    stop_helper
}

@test "seed-readme: the log lines that others look for" {
    start_helper
    run cat "$DIR/log"
    assert_line --regexp '^INFO  \[main\] running .* v[0-9.]+'
    assert_line "INFO  [main] enabling bulk forwarding"
    assert_line "INFO  [main] started vmnet interface"
    assert_line --regexp '^INFO  \[main\] running as uid: [0-9]+ gid: [0-9]+$'
    assert_line "INFO  [main] waiting for client on \"$DIR/vmnet.sock\""
    stop_helper
}

@test "seed-readme: the interface id keeps the MAC" {
    start_helper --interface-id "$id"
    first=$(info vmnet_mac_address)
    stop_helper
    start_helper --interface-id "$id"
    assert_equal "$(info vmnet_mac_address)" "$first"
    stop_helper
}

@test "seed-readme: Ctrl-C is a graceful stop too" {
    # A background job of bash ignores SIGINT: given back by Python.
    ip netns exec "$ns" python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$HELPER" --socket "$DIR/vmnet.sock" >"$DIR/vmnet.json" 2>"$DIR/log" 3>&- &
    helper=$!
    wait_for 30 grep -q "waiting for client on" "$DIR/log"
    stop_helper INT
}

@test "seed-readme: --operation-mode host, isolated" {
    start_helper --operation-mode=host --enable-isolation
    assert_equal "$(info vmnet_subnet_mask)" 255.255.255.0
    stop_helper
}

@test "seed-readme: --operation-mode shared with the three addresses" {
    start_helper --operation-mode=shared --start-address 192.168.205.1 --end-address 192.168.205.100 \
        --subnet-mask 255.255.255.0
    assert_equal "$(info vmnet_start_address) $(info vmnet_end_address)" "192.168.205.1 192.168.205.100"
    stop_helper
}

@test "seed-readme: --operation-mode bridged with a name of --list-shared-interfaces" {
    in_ns ip link add seedbr type bridge
    in_ns ip link set seedbr up
    run in_ns "$HELPER" --list-shared-interfaces
    assert_success
    assert_line seedbr
    start_helper --operation-mode=bridged --shared-interface=seedbr
    assert_regex "$(info vmnet_mac_address)" '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'
    stop_helper
    in_ns ip link delete seedbr
}

@test "seed-readme: both offloading options" {
    start_helper --enable-tso --enable-checksum-offload
    assert_equal "$(info vmnet_max_packet_size)" 65550
    stop_helper
}

@test "seed-readme: vmnet-client runs a command that uses descriptor 4" {
    cat >"$DIR/vfkit" <<'EOF'
#!/bin/sh
printf '%s\n' "$@"
[ -S /proc/self/fd/4 ]
EOF
    chmod +x "$DIR/vfkit"
    run_to_file in_ns "$bin/vmnet-client" -- "$DIR/vfkit" \
        --bootloader=efi,variable-store=efi-variable-store,create \
        "--device=virtio-blk,path=disk.img" \
        "--device=virtio-net,fd=4,mac=92:c9:52:b7:6c:08"
    assert_success
    assert_line "--device=virtio-net,fd=4,mac=92:c9:52:b7:6c:08"
}

@test "seed-readme: a file descriptor, and jq shows the keys" {
    play others seed-fd
}
