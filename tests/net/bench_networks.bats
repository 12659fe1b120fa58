# vmnet-bench run: networks beside vmnet-helper's guests - veth, and those that a command line makes. How fast they are
# is not asked here; the ways of `bench path` are in bench_path.bats.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
    need_root
    need_tun
    command -v iperf3 >/dev/null || skip "needs iperf3"
    dir=$(mktemp -d /tmp/vb.XXXXXX)
    cd "$dir" || return 1
}

teardown() {
    cd /
    [ -z "${dir:-}" ] || rm -rf "$dir"
}

# bench YAML: run it, one second each.
bench() {
    printf 'time: 1\noutput: out\n%s\n' "$1" >b.yaml
    run --separate-stderr timeout 300 "$bin/vmnet-bench" run b.yaml
    [ "$status" -eq 0 ] || { echo "$output"; echo "$stderr"; false; }
}

@test "veth and a command with the VM's socket stand beside each other" {
    bench "tests: [host-to-vm, vm-to-host]
networks:
  - veth
  - {name: other, command: [$bin/vmnet-helper, --fd, '{fd}', --operation-mode, host]}"
    local cell
    for cell in veth other; do
        assert_line --regexp "^$cell/host-namespace-1/host-to-vm +[0-9.]+ Gbit/s$"
        jq -e '.end.sum_received.bits_per_second > 0' "out/bench/$cell/host-namespace-1/vm-to-host.json"
    done
    jq -e '.rounds["host-to-vm.json"].helper_cpu_seconds >= 0' out/bench/other/host-namespace-1/run.json
    jq -e '.rounds["host-to-vm.json"].helper_cpu_seconds == null' out/bench/veth/host-namespace-1/run.json
}

@test "a command that listens at a path: datagrams and a stream; nothing of it is left" {
    bench "tests: [host-to-vm]
networks:
  - {name: datagrams, command: [$bin/vmnet-helper, --socket, '{socket}', --operation-mode, host]}
  - {name: stream, socket: stream, command: [$bin/vmnet-helper, --framing, stream, '--socket={socket}', --operation-mode, host]}"
    jq -e '.end.sum_received.bits_per_second > 0' out/bench/datagrams/host-namespace-1/host-to-vm.json
    jq -e '.end.sum_received.bits_per_second > 0' out/bench/stream/host-namespace-1/host-to-vm.json
}

@test "passt by its command line" {
    command -v passt >/dev/null || skip "needs passt"
    bench "tests: [host-to-vm]
networks:
  - name: passt
    command: [passt, --quiet, --foreground, --fd, '{fd}', --ipv4-only, -a, '{vm-address}', -n, 255.255.255.0,
              -g, '{host-address}', -t, '{port}', -u, '{port},{udp-port}']
    socket: stream
    address: 127.0.0.1"
    jq -e '.end.sum_received.bits_per_second > 0' out/bench/passt/host-namespace-1/host-to-vm.json
}

@test "a command that fails or is not there: the reason is recorded, and the others are measured" {
    printf '%s\n' 'time: 1' 'output: out' 'tests: [host-to-vm]' 'networks:' '  - veth' \
        '  - {name: missing, command: [no-such-program, "{fd}"]}' >b.yaml
    run --separate-stderr timeout 300 "$bin/vmnet-bench" run b.yaml
    assert_failure 1
    assert_line --regexp '^veth/host-namespace-1/host-to-vm +[0-9.]+ Gbit/s$'
    assert_line --regexp '^missing/host-namespace-1/host-to-vm +missing$'
    jq -e '.rounds["host-to-vm.json"] | .status == "failed" and (.reason | test("no-such-program is not installed"))' \
        out/bench/missing/host-namespace-1/run.json
}
