# The helper's command line: what it prints, and what it says to each mistake. Nothing here needs
# privilege: all is checked before anything that does.

bats_require_minimum_version 1.5.0
load ../lib/common

setup_file() {
    # Short, because a socket's path has at most 107 bytes.
    dir=$(mktemp -d /tmp/vh-cli.XXXXXX)
    export dir
    # The tree may lie where other users cannot read.
    chmod 755 "$dir"
    cp "$bin/vmnet-helper" "$dir/"
}

teardown_file() {
    rm -rf "${dir:?}"
}

setup() {
    helper=$bin/vmnet-helper
}

# refuses STATUS TEXT ARGUMENT...: exactly one line of log, with this text in it, and nothing on stdout.
refuses() {
    local status_wanted=$1 text=$2
    shift 2
    run --separate-stderr "$helper" "$@"
    assert_equal "$status" "$status_wanted"
    assert_equal "$output" ""
    assert_equal "$(wc -l <<<"$stderr")" 1
    [[ $stderr == "ERROR [main] "* ]] || fail "not an error line: $stderr"
    [[ $stderr == *"$text"* ]] || fail "no '$text' in: $stderr"
}

as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
    else
        "$@"
    fi
}

# with_socket KIND: run the helper with fd 5 being a python socket expression.
with_socket() {
    python3 - "$1" "$helper" "${@:2}" <<'PYTHON'
import os, socket, sys
kind, helper, *options = sys.argv[1:]
first, second = {
    'pair': lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    'stream': lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM),
    'seqpacket': lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET),
    'unconnected': lambda: (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), None),
    'udp': lambda: (socket.socket(socket.AF_INET, socket.SOCK_DGRAM), None),
}[kind]()
os.dup2(first.fileno(), 25, inheritable=True)
os.execv(helper, [helper, '--fd', '25', *options])
PYTHON
}

refuses_socket() {
    run with_socket "$1" "${@:3}"
    assert_equal "$status" 2
    assert_equal "${#lines[@]}" 1
    assert_output --partial "$2"
}

@test "--help names every option and exits 0" {
    run "$helper" --help
    assert_success
    for option in fd socket framing interface-id operation-mode shared-interface network list-shared-interfaces start-address \
        end-address subnet-mask enable-isolation enable-tso enable-checksum-offload offload-engine stats-interval \
        parent-liveness-fd notify-fd guard pcap pcap-fd keep user selftest cleanup json verbose version help; do
        assert_output --partial "--$option"
    done
}

@test "-h is --help" {
    run "$helper" -h
    assert_success
    assert_output --partial "Usage: vmnet-helper"
}

@test "--version prints two lines that parse as YAML, with a version of 1.0.0 or more" {
    run --separate-stderr "$helper" --version
    assert_success
    assert_equal "${#lines[@]}" 2
    assert_equal "$stderr" ""
    [[ ${lines[0]} =~ ^version:\ v[1-9][0-9]*\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]
    [[ ${lines[1]} =~ ^commit:\ ([0-9a-f]{40}|unknown)$ ]]
}

@test "--version and --help work for anybody" {
    as_nobody "$dir/vmnet-helper" --version
    as_nobody "$dir/vmnet-helper" --help
}

@test "--network is for macOS 26" {
    refuses 2 "--network needs macOS 26" --socket "$dir/s" --network shared
}

@test "--version --json is the same as JSON" {
    run "$helper" --version --json
    assert_success
    assert_equal "${#lines[@]}" 1
    assert_equal "$(jq -r '"version: \(.version)\ncommit: \(.commit)"' <<<"$output")" "$("$helper" --version)"
}

@test "--list-shared-interfaces --json is the same as an array" {
    run "$helper" --json --list-shared-interfaces
    assert_success
    assert_equal "${#lines[@]}" 1
    assert_equal "$(jq -r '.[]' <<<"$output")" "$("$helper" --list-shared-interfaces)"
}

@test "--json with nothing to print" {
    refuses 2 "--json is for --version and --list-shared-interfaces" --socket "$dir/s" --json
}

@test "--list-shared-interfaces works for anybody" {
    as_nobody "$dir/vmnet-helper" --list-shared-interfaces
}

@test "neither --fd nor --socket" {
    refuses 2 'either "fd" or "socket" required'
}

@test "both --fd and --socket" {
    refuses 2 '"fd" and "socket" exclude each other' --fd 3 --socket "$dir/s"
}

@test "--fd that is no number" {
    refuses 2 'bad --fd "x"' --fd x
}

@test "--fd -1" {
    refuses 2 'bad --fd "-1"' --fd -1
}

@test "--fd with blanks, signs, nothing, or too large a number" {
    for value in " 3" "3 " "+3" "" 99999999999999999999 4294967299; do
        refuses 2 "bad --fd \"$value\"" "--fd=$value"
    done
}

@test "--fd 0, 1 and 2 are the program's own" {
    for value in 0 1 2; do
        refuses 2 "bad --fd \"$value\"" --fd "$value"
    done
}

@test "--fd that is not open" {
    refuses 2 "--fd 999 is not open" --fd 999
}

@test "--fd that is a pipe" {
    refuses 2 "not a unix datagram socket" --fd 25 25< <(:)
}

@test "--pcap and --pcap-fd together" {
    refuses 2 "exclude each other" --socket "$dir/s" --pcap "$dir/p" --pcap-fd 3
}

@test "--guard takes a MAC address or nothing, and only with =" {
    refuses 2 'bad --guard "x"' --socket "$dir/s" --guard=x
    refuses 2 'bad --guard ""' --socket "$dir/s" --guard=
    refuses 2 'bad --guard "01:00:5e:00:00:01"' --socket "$dir/s" --guard=01:00:5e:00:00:01
    refuses 2 'unexpected argument "52:54:00:12:34:56"' --socket "$dir/s" --guard 52:54:00:12:34:56
}

@test "--framing that nobody knows" {
    refuses 2 'bad --framing "packet": choose datagram or stream' --socket "$dir/s" --framing packet
}

@test "--fd that is a datagram socket, with --framing stream" {
    refuses_socket pair "not a unix stream socket" --framing stream
    refuses_socket pair "or leave out --framing stream" --framing stream
}

@test "--fd that is a stream socket" {
    refuses_socket stream "not a unix datagram socket"
    refuses_socket stream "or give --framing stream"
}

@test "--fd that is a sequenced packet socket" {
    refuses_socket seqpacket "not a unix datagram socket"
}

@test "--fd that is a UDP socket" {
    refuses_socket udp "not a unix datagram socket"
}

@test "--fd that is not connected" {
    refuses_socket unconnected "is not connected"
}

@test "--socket without a value" {
    refuses 2 'option "--socket" needs a value' --socket
}

@test "--socket that lost its value to the next option" {
    refuses 2 'option "--socket" needs a value' --socket --enable-tso
    [ ! -e ./--enable-tso ]
}

@test "--socket with an empty path" {
    refuses 2 'bad --socket ""' --socket=
}

@test "--socket with a path of 200 characters" {
    refuses 2 "socket path is 200 bytes long, the limit is 10" --socket "/tmp/$(printf '%0195d' 0)"
}

@test "--socket in no folder" {
    refuses 2 "make it first" --socket "$dir/none/s"
}

@test "--socket in a file" {
    touch "$dir/file"
    refuses 2 "$dir/file" --socket "$dir/file/s"
}

@test "--socket that is a folder" {
    mkdir -p "$dir/folder"
    refuses 2 "exists and is not a socket" --socket "$dir/folder"
    refuses 2 "add a file name" --socket "$dir/folder/"
}

@test "--socket where a regular file is: left untouched" {
    echo precious >"$dir/regular"
    refuses 2 "exists and is not a socket" --socket "$dir/regular"
    assert_equal "$(cat "$dir/regular")" precious
}

@test "--socket where a symbolic link is: left untouched" {
    echo precious >"$dir/target"
    ln -sf target "$dir/link"
    refuses 2 "exists and is not a socket" --socket "$dir/link"
    assert_equal "$(readlink "$dir/link")" target
    assert_equal "$(cat "$dir/target")" precious
}

@test "--socket where a dangling link is: left untouched" {
    ln -sf nowhere "$dir/dangling"
    refuses 2 "exists and is not a socket" --socket "$dir/dangling"
    assert_equal "$(readlink "$dir/dangling")" nowhere
}

@test "--socket where a FIFO is: left untouched" {
    mkfifo "$dir/fifo"
    refuses 2 "exists and is not a socket" --socket "$dir/fifo"
    [ -p "$dir/fifo" ]
}

@test "--socket in a folder that the caller may not read" {
    need_root
    mkdir -p -m 700 "$dir/secret"
    touch "$dir/secret/file"
    SUDO_UID=65534 SUDO_GID=65534 refuses 2 "Permission denied" --socket "$dir/secret/file"
}

@test "unknown option, with the nearest that is known" {
    refuses 2 'unknown option "--sokcet": did you mean "--socket"?' --sokcet "$dir/s"
}

@test "unknown option that is near nothing" {
    refuses 2 'unknown option "--zzzzzzzzzzzz": see vmnet-helper --help' --zzzzzzzzzzzz
}

@test "names are not abbreviated" {
    refuses 2 'unknown option "--enable-checksum"' --enable-checksum
}

@test "unknown letter" {
    refuses 2 'unknown option "-x"' -x
}

@test "a flag takes no value" {
    refuses 2 'option "--enable-tso" takes no value' --enable-tso=yes
}

@test "stray arguments" {
    refuses 2 'unexpected argument "stray"' --socket "$dir/s" stray
    refuses 2 'unexpected argument "--"' --socket "$dir/s" -- stray
    refuses 2 'unexpected argument "-"' --socket "$dir/s" -
    refuses 2 'unexpected argument ""' --socket "$dir/s" ""
}

@test "a control character in an argument cannot forge a log line" {
    refuses 2 'unexpected argument "a\x0aINFO  [main] b\x1b[31m"' $'a\nINFO  [main] b\e[31m'
}

@test "--interface-id that is no UUID" {
    for value in "" 1 2835E074-9892-4A79-AFFB-7E41D260567 2835E074-9892-4A79-AFFB-7E41D260567G \
        2835E074-9892-4A79-AFFB-7E41D26056781 2835E07449892-4A79-AFFB-7E41D2605678; do
        refuses 2 "bad --interface-id \"$value\"" --socket "$dir/s" "--interface-id=$value"
    done
}

@test "unknown operation mode" {
    for mode in "" Shared nat; do
        refuses 2 "unknown operation mode \"$mode\": choose shared, host or bridged" --socket "$dir/s" \
            "--operation-mode=$mode"
    done
}

@test "bridged without an interface" {
    refuses 2 "bridged mode needs --shared-interface" --socket "$dir/s" --operation-mode bridged
}

@test "bridged with an unknown interface" {
    refuses 2 'no interface "nosuch0"' --socket "$dir/s" --operation-mode bridged --shared-interface nosuch0
}

@test "an interface without bridged mode" {
    refuses 2 "--shared-interface is for --operation-mode bridged" --socket "$dir/s" --shared-interface lo
}

@test "bridged with addresses" {
    refuses 2 "bridged network has its own addresses" --socket "$dir/s" --operation-mode bridged \
        --shared-interface lo --start-address 10.1.0.1 --end-address 10.1.0.9 --subnet-mask 255.255.255.0
}

@test "one or two addresses of three" {
    local text="give all three or none"
    refuses 2 "$text" --socket "$dir/s" --start-address 192.168.50.1
    refuses 2 "$text" --socket "$dir/s" --end-address 192.168.50.9
    refuses 2 "$text" --socket "$dir/s" --subnet-mask 255.255.255.0
    refuses 2 "$text" --socket "$dir/s" --start-address 192.168.50.1 --end-address 192.168.50.9
}

@test "malformed addresses" {
    for value in "" 192.168.50 192.168.50.256 192.168.050.1 192.168.50.1.1 "192.168.50.1 " a.b.c.d 0x0a.0.0.1; do
        refuses 2 "bad --start-address \"$value\"" --socket "$dir/s" "--start-address=$value"
    done
}

# refuses_addresses TEXT START END MASK
refuses_addresses() {
    refuses 2 "$1" --socket "$dir/s" --start-address "$2" --end-address "$3" --subnet-mask "$4"
}

@test "public addresses" {
    refuses_addresses "must be private" 8.8.8.1 8.8.8.9 255.255.255.0
    refuses_addresses "must be private" 172.32.0.1 172.32.0.9 255.255.255.0
    refuses_addresses "must be private" 192.167.255.1 192.167.255.9 255.255.255.0
}

@test "a mask so wide that it takes public addresses in" {
    refuses_addresses "too wide" 10.0.0.1 10.0.0.9 254.0.0.0
    refuses_addresses "too wide" 192.168.0.1 192.168.0.9 255.0.0.0
}

@test "end before start, or the same" {
    refuses_addresses "must come after" 192.168.50.9 192.168.50.1 255.255.255.0
    refuses_addresses "must come after" 192.168.50.9 192.168.50.9 255.255.255.0
}

@test "end outside the mask" {
    refuses_addresses "outside the subnet" 192.168.50.1 192.168.51.9 255.255.255.0
}

@test "start that is the subnet's own address" {
    refuses_addresses "address of the subnet itself" 192.168.50.0 192.168.50.9 255.255.255.0
}

@test "end that is the broadcast address" {
    refuses_addresses "broadcast address" 192.168.50.1 192.168.50.255 255.255.255.0
    refuses_addresses "broadcast address" 192.168.50.17 192.168.50.31 255.255.255.240
}

@test "a mask that is none" {
    for value in 255.255.0.255 0.0.0.0 255.255.255.255 0.255.255.0 24 ""; do
        refuses 2 "bad --subnet-mask \"$value\"" --socket "$dir/s" "--subnet-mask=$value"
    done
}

@test "--stats-interval out of bounds" {
    for value in 0 -1 1.5 86401 x; do
        refuses 2 "bad --stats-interval \"$value\"" --socket "$dir/s" "--stats-interval=$value"
    done
}

@test "--offload-engine with another word" {
    refuses 2 'bad --offload-engine "yes": choose auto, on or off' --socket "$dir/s" --offload-engine yes
}

@test "--offload-engine on for a VM that has no use for it" {
    refuses 2 "leave out one of them" --socket "$dir/s" --offload-engine on --enable-tso
}

@test "--keep without --socket" {
    refuses 2 "--keep needs --socket" --fd 3 --keep
}

@test "one descriptor for two purposes" {
    refuses 2 "must be different descriptors" --fd 3 --notify-fd 3
    refuses 2 "must be different descriptors" --fd 3 --pcap-fd 3
    refuses 2 "must be different descriptors" --socket "$dir/s" --notify-fd 4 --parent-liveness-fd 4
}

@test "--parent-liveness-fd and --notify-fd that are not open" {
    refuses 2 "--parent-liveness-fd 999 is not open" --socket "$dir/s" --parent-liveness-fd 999
    refuses 2 "--notify-fd 999 is not open" --socket "$dir/s" --notify-fd 999
}

@test "the wrong end of a pipe" {
    refuses 2 "--parent-liveness-fd 25 is the wrong end" --socket "$dir/s" --parent-liveness-fd 25 25> >(:)
    refuses 2 "--notify-fd 25 is the wrong end" --socket "$dir/s" --notify-fd 25 25< <(:)
}

@test "--selftest needs no privilege, and sends frames both ways" {
    run as_nobody "$dir/vmnet-helper" --selftest
    assert_success
    assert_output --partial "8 frames to the VM and back, joined: ok"
}

@test "--cleanup serves no VM" {
    refuses 2 "--cleanup serves no VM" --cleanup --socket "$dir/s"
}

@test "unknown --user" {
    refuses 2 'unknown --user "no-such-user"' --socket "$dir/s" --user no-such-user
}

@test "SUDO_UID that is not a number that sudo would give" {
    need_root
    for value in "" -1 4294967295 99999999999999999999 " 1000" "1000 " 0x3e8 1e3; do
        SUDO_UID=$value SUDO_GID=1000 refuses 2 "bad SUDO_UID \"$value\"" --socket "$dir/s"
    done
}

@test "SUDO_GID that is not a number that sudo would give" {
    need_root
    for value in "" -1 4294967295 99999999999999999999 " 1000"; do
        SUDO_UID=1000 SUDO_GID=$value refuses 2 "bad SUDO_GID \"$value\"" --socket "$dir/s"
    done
}

@test "SUDO_UID without SUDO_GID, and the other way" {
    need_root
    SUDO_UID=1000 refuses 2 "SUDO_GID is not set" --socket "$dir/s"
    SUDO_GID=1000 refuses 2 "SUDO_UID is not set" --socket "$dir/s"
}

@test "without privilege it names the remedy, and touches nothing" {
    run as_nobody "$dir/vmnet-helper" --socket /tmp/vh-nobody-$$.sock
    assert_equal "$status" 1
    assert_line --partial "run it with sudo"
    assert_equal "$(grep -c '^ERROR' <<<"$output")" 1
    [ ! -e /tmp/vh-nobody-$$.sock ]
}

@test "SUDO_UID counts for root only" {
    export SUDO_UID=nonsense SUDO_GID=nonsense
    run as_nobody "$dir/vmnet-helper" --socket /tmp/vh-nobody-$$.sock
    assert_equal "$status" 1
    assert_line --partial "run it with sudo"
}

@test "installed setuid it refuses to run" {
    need_root
    # /tmp may forbid setuid programs: then the bit means nothing.
    if findmnt -n -o OPTIONS -T "$dir" | grep -qw nosuid; then skip "$dir is mounted nosuid"; fi
    cp "$dir/vmnet-helper" "$dir/setuid"
    chmod 4755 "$dir/setuid"
    run setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/setuid" --version
    assert_equal "$status" 1
    assert_output --partial "refusing to run setuid"
}

@test "closed standard descriptors do not hurt" {
    run "$helper" --version <&-
    assert_success
    run bash -c '"$1" --fd 3 >&- 2>&- <&-; echo "$?"' - "$helper"
    assert_output 2
}
