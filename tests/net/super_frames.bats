# VMs that leave segmentation and checksums to the network: --enable-tso, --enable-checksum-offload.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

# A server in the host's namespace: takes 20000 bytes, answers with 60000, closes. Its verdict is in $dir/server.
start_server() {
    in_ns python3 - "$1" "$dir" 3>&- <<'PYTHON' &
import os, socket, sys
address, folder = sys.argv[1:]
server = socket.create_server((address, 7777))
open(folder + '/listening', 'w').close()
server.settimeout(100)
peer, _ = server.accept()
peer.settimeout(100)
data = b''
while len(data) < 20000:
    part = peer.recv(65536)
    if not part:
        break
    data += part
good = data == bytes(i % 251 for i in range(20000))
peer.sendall(bytes(60000))
peer.close()
with open(folder + '/server', 'w') as file:
    file.write('good' if good else 'bad')
PYTHON
    echo $! >"$dir/server.pid"
    wait_for 30 test -e "$dir/listening"
}

converse() {
    start_server $gateway
    python3 "$root/tests/lib/offload_vm.py" "$dir/one.sock" 192.168.105.77 $gateway 7777 "$@" >"$dir/result"
    wait_for 30 test -s "$dir/server"
    assert_equal "$(cat "$dir/server")" good
    assert_equal "$(jq .bytes "$dir/result")" 60000
    assert_equal "$(jq .wrong "$dir/result")" 0
}

@test "partial checksums and super-frames pass, both ways" {
    start_helper one --enable-tso --enable-checksum-offload
    assert_equal "$(helper_value one vmnet_max_packet_size)" 65550
    converse
    [ "$(jq .largest "$dir/result")" -gt 1514 ]
}

@test "complete checksums do as well" {
    start_helper one --enable-tso --enable-checksum-offload
    converse --complete
    [ "$(jq .largest "$dir/result")" -gt 1514 ]
}

@test "with --enable-tso alone the checksums are the VM's own" {
    start_helper one --enable-tso
    converse --complete
    [ "$(jq .largest "$dir/result")" -gt 1514 ]
}

@test "without them a super-frame is a bad frame, and none is sent to the VM" {
    start_helper one
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway frame 20000 say sent hold
    wait_for 30 has_said vm sent
    wait_for 30 stat_is one vm bad -eq 1
}

@test "a large frame that nobody can cut is dropped and counted" {
    start_helper one --enable-tso --enable-checksum-offload
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway frame 20000 arp $gateway say sent hold
    wait_for 30 has_said vm sent
    assert_equal "$(stat_value one vm bad)" 1
}
