# vmnet-bench: options, files, results, pictures. No privilege, no traffic.
load ../lib/common
bats_require_minimum_version 1.5.0

bench=$bin/vmnet-bench
fixtures=$root/tests/fixtures/bench

setup() {
    dir=$(mktemp -d)
    cd "$dir"
}

teardown() {
    cd /
    rm -rf "$dir"
}

published() {
    cp -r "$fixtures/published" out
}

# A result of so many bits a second: result FILE BITS
result() {
    mkdir -p "$(dirname "$1")"
    printf '{"start": {"version": "iperf 3.12"}, "end": {"sum_received": {"bits_per_second": %s, "bytes": 1, "seconds": 1}}}' \
        "$2" >"$1"
}

# Five rounds around a value: rounds TREE BITS
rounds() {
    local i file
    for i in 1 2 3 4 5; do
        file=$1/bench/vmnet-helper/shared-qemu-2/host-to-vm.$i.json
        result "${file/.1.json/.json}" "$(( $2 + i ))"
    done
}

need_gnuplot() {
    command -v gnuplot >/dev/null || skip "needs gnuplot"
}

@test "help names every command" {
    run "$bench" --help
    assert_success
    local command
    for command in create run delete path latency plot report compare stats plot-stats; do
        assert_line --regexp "^  .*$command"
        run "$bench" "$command" --help
        assert_success
        assert_line --partial "usage: vmnet-bench $command"
        run "$bench" --help
    done
}

@test "version is that of the other programs" {
    run "$bench" --version
    assert_success
    assert_line --regexp '^version: v[0-9]+\.[0-9]+\.[0-9]+'
}

@test "an unknown command is wrong usage, with the nearest name" {
    run "$bench" plt
    assert_failure 2
    assert_output --partial 'unknown command "plt", did you mean "plot"?'
    run "$bench"
    assert_failure 2
}

@test "each benchmark that comes with the program is read" {
    local file
    for file in full quick offloading engine linux tiny path; do
        [ -e "$root/benchmarks/$file.yaml" ]
    done
    for file in "$root"/benchmarks/*.yaml; do
        run "$bench" run --check "$file"
        assert_success
    done
    # By name, with and without the ending.
    run "$bench" run --check full.yaml
    assert_success
    run "$bench" run --check full
    assert_success
}

@test "the check of a benchmark lists its cells" {
    cat >b.yaml <<'YAML'
drivers: [{name: qemu, tag: tiny}]
operation-modes: [host]
vms: [1, 2]
tests: [host-to-vm, vm-to-vm]
YAML
    run "$bench" run --check b.yaml
    assert_success
    assert_line "vmnet-helper/host-qemu:tiny-1/host-to-vm"
    assert_line "vmnet-helper/host-qemu:tiny-2/host-to-vm"
    assert_line "vmnet-helper/host-qemu:tiny-2/vm-to-vm"
    refute_line "vmnet-helper/host-qemu:tiny-1/vm-to-vm"
}

@test "pps and latency are two tests each" {
    printf '%s\n' 'drivers: [{name: qemu}]' 'operation-modes: [host]' 'tests: [host-to-vm]' 'pps: true' 'latency: yes' >b.yaml
    run "$bench" run --check b.yaml
    assert_success
    assert_output "$(printf 'vmnet-helper/host-qemu-2/%s\n' host-to-vm frames-host-to-vm frames-vm-to-host latency-idle latency-loaded)"
}

# yaml_error TEXT EXPECTED: the benchmark is refused with this error.
yaml_error() {
    printf '%s\n' "$1" >bad.yaml
    run "$bench" run --check bad.yaml
    assert_failure 1
    assert_output --partial "$2"
}

@test "errors of a benchmark name line and column" {
    yaml_error 'timee: 3' 'bad.yaml:1:1: unknown key "timee": did you mean "time"?'
    yaml_error $'time: 3\ndrivers:\n  - name: qmu' 'bad.yaml:3:11: drivers: name: unknown "qmu"'
    yaml_error $'drivers:\n  - {name: qemu, tagg: x}' 'bad.yaml:2:18: unknown key "tagg": did you mean "tag"?'
    yaml_error $'drivers:\n  - tag: x' 'bad.yaml:2:5: drivers: this driver has no "name"'
    yaml_error $'time: 1\ntime: 2' 'bad.yaml:2:1: "time" a second time'
    yaml_error 'time: -1' 'bad.yaml:1:7: time: "-1" is not a number'
    yaml_error 'time: [1]' 'bad.yaml:1:7: time:'
    yaml_error 'tests: [host-to-vm, vm-to-moon]' 'bad.yaml:1:21: tests: unknown "vm-to-moon"'
    yaml_error 'tests: host-to-vm' 'bad.yaml:1:8: tests: not a list'
    yaml_error 'operation-modes: []' 'bad.yaml:1:18: operation-modes: the list is empty'
    yaml_error 'protocol: sctp' 'bad.yaml:1:11: protocol: unknown "sctp"'
    yaml_error 'bidir: perhaps' 'bad.yaml:1:8: bidir: "perhaps" is neither true nor false'
    yaml_error 'length: 12 bytes' 'bad.yaml:1:9: length: "12 bytes" is no amount'
    yaml_error 'bitrate: search' 'bad.yaml:1:10: bitrate: "search" needs "protocol: udp"'
    yaml_error $'protocol: udp\nbidir: true\nbitrate: search' 'bad.yaml:3:10: bitrate: "search" goes one way'
    yaml_error 'latency: 3' 'bad.yaml:1:10: latency: "3" is neither true nor false'
    yaml_error $'a: [1\nb: 2' 'bad.yaml:2:'
    yaml_error $'time: 1\n---\ntime: 2' 'bad.yaml:3:1: a second document'
    yaml_error '- time' 'bad.yaml:1:1: not a mapping'
    yaml_error '' 'is empty'
}

@test "a tag cannot lead out of the output folder" {
    yaml_error 'drivers: [{name: qemu, tag: ../../../x}]' 'drivers: tag "../../../x" cannot be part of a folder'
    yaml_error 'image: --help' 'begins with a dash'
}

@test "networks: their errors, and what can never be a folder or a shell's word" {
    yaml_error 'networks: [vmnet]' 'bad.yaml:1:12: networks: unknown "vmnet"'
    yaml_error 'networks: [veth, veth]' 'bad.yaml:1:18: networks: "veth" twice'
    yaml_error 'networks: [{name: x}]' 'networks: this network has no "command"'
    yaml_error 'networks: [{command: [x, "{fd}"]}]' 'networks: this network has no "name"'
    yaml_error 'networks: [{name: path, command: [x, "{fd}"]}]' '"path" is the bench'"'"'s own'
    yaml_error 'networks: [{name: ../x, command: [x, "{fd}"]}]' 'name "../x" cannot be that of a folder'
    yaml_error 'networks: [{name: x, command: [x]}]' 'needs either {fd}'
    yaml_error 'networks: [{name: x, command: [x, "{fd}", "{socket}"]}]' 'needs either {fd}'
    yaml_error 'networks: [{name: x, command: [x, "{fd} {pid}"]}]' 'unknown "{pid}"'
    yaml_error 'networks: [{name: x, command: ["{fd}"]}]' '"{fd}" is no program'
    yaml_error 'networks: [{name: x, command: x}]' 'not a list'
    yaml_error 'networks: [{name: x, command: [x, "{fd}"], socket: pipe}]' 'networks: socket: unknown "pipe"'
    yaml_error 'networks: [{name: x, command: [x, "{fd}"], address: host}]' '"host" is no IPv4 address'
    yaml_error 'networks: [{name: x, command: [x, "{fd}"], comand: y}]' 'unknown key "comand": did you mean "command"?'
    yaml_error $'networks: [path]\nvms: 17' 'the network "path" has at most 16 VMs'
}

@test "networks: cells of each, beside guests" {
    printf '%s\n' 'drivers: [{name: qemu}]' 'operation-modes: [host]' 'tests: [host-to-vm, vm-to-vm]' 'vms: [1, 2]' \
        'networks: [vmnet-helper, path, veth, {name: x, command: [x, "{fd}"]}]' >b.yaml
    run "$bench" run --check b.yaml
    assert_success
    local cell
    for cell in vmnet-helper/host-qemu-2 path/host-helper-2 path/host-cable-1 path/host-passt-1 veth/host-namespace-2 \
        x/host-namespace-1; do
        assert_line "$cell/host-to-vm"
    done
    assert_line "path/host-helper-2/vm-to-vm"
    # Those have no network between VMs.
    refute_line "path/host-passt-2/host-to-vm"
    refute_line "x/host-namespace-2/host-to-vm"
    # Guests are two if nothing is said; a namespace is one.
    printf '%s\n' 'drivers: [{name: qemu}]' 'operation-modes: [host]' 'tests: [host-to-vm]' 'networks: [vmnet-helper, veth]' >b.yaml
    run "$bench" run --check b.yaml
    assert_output "$(printf '%s\n' vmnet-helper/host-qemu-2/host-to-vm veth/host-namespace-1/host-to-vm)"
}

@test "path --vms wants different numbers up to 16" {
    local vms
    for vms in 0 17 1,1 1, ,1 a ''; do
        run "$bench" path --vms "$vms"
        assert_failure 2
        assert_output --partial "--vms: \"$vms\" is no list"
    done
}

@test "VMs that cannot be started: recorded with the reason, and the exit status says so" {
    cat >b.yaml <<'YAML'
drivers: [{name: qemu, image: /nowhere.img}]
operation-modes: [host]
tests: [host-to-vm]
output: out
YAML
    VMNET_HOME=$dir/home run timeout 60 "$bench" run b.yaml
    assert_failure 1
    assert_output --partial "the VMs do not start"
    assert_line --regexp "^vmnet-helper/host-qemu-2/host-to-vm +missing$"
    jq -e '.rounds["host-to-vm.json"] | .status == "failed" and (.reason | length > 0)' \
        out/bench/vmnet-helper/host-qemu-2/run.json
    [ ! -e out/bench/vmnet-helper/host-qemu-2/host-to-vm.json ]
}

@test "--only: no cell matches" {
    run "$bench" run --check --only nothing quick
    assert_failure 1
    assert_output --partial "no cell matches --only"
    run "$bench" run --check --only 'host-*vm-to-vm' --only 'shared*host-to-vm' quick
    assert_success
    assert_line "vmnet-helper/host-qemu-2/vm-to-vm"
    assert_line "vmnet-helper/shared-qemu-2/host-to-vm"
    refute_line "vmnet-helper/host-qemu-2/host-to-vm"
}

@test "a benchmark that is not there" {
    run "$bench" run --check nowhere
    assert_failure 1
    assert_output --partial 'no file "nowhere"'
    run "$bench" run --check .
    assert_failure 1
}

@test "published results are drawn unchanged" {
    need_gnuplot
    published
    run "$bench" plot -o out drivers vmnet-helper-vs-socket_vmnet
    assert_success
    local base
    for base in drivers/shared drivers/bridged vmnet-helper-vs-socket_vmnet/shared; do
        [ "$(head -c 8 "out/plot/$base.png" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
        grep -q "</svg>" "out/plot/$base.svg"
    done
    grep -q "<text>vmnet-helper drivers - shared network</text>" out/plot/drivers/shared.svg
    grep -q "<text>13.8</text>" out/plot/drivers/shared.svg
}

# The text and the bars of each picture of the published tree, with their places. To write them anew after a change that
# was looked at: GOLDEN=write bats tests/cli/bench.bats -f golden
@test "golden pictures: missing in its own row, zeros, colons, spaces, one VM" {
    need_gnuplot
    [[ $(gnuplot --version) == "gnuplot 5.4 "* ]] || skip "the places are those of gnuplot 5.4"
    published
    run "$bench" plot -o out drivers vmnet-helper-vs-socket_vmnet offloading "$fixtures/golden/spaces.yaml"
    assert_success
    local picture name golden
    for picture in out/plot/*/*.svg; do
        name=${picture#out/plot/}
        golden=$fixtures/golden/$(tr '/ ' '--' <<<"${name%.svg}").txt
        [ "${GOLDEN:-}" != write ] || { awk -f "$root/tests/lib/svg_facts.awk" "$picture"; cat "${picture%.svg}.txt"; } >"$golden"
        run diff "$golden" <(awk -f "$root/tests/lib/svg_facts.awk" "$picture"; cat "${picture%.svg}.txt")
        assert_success
    done
    [ "$(compgen -G "$fixtures/golden/*.txt" | wc -l)" -eq "$(compgen -G "out/plot/*/*.svg" | wc -l)" ]
}

@test "the published tree has what is hard to read: seven versions of iperf3" {
    run sh -c 'find "$1" -name "*.json" -exec jq -r .start.version {} + | sort -u | wc -l' sh "$fixtures/published"
    assert_output 7
}

# Results of the path in the layout of `bench path`: made-up numbers, five rounds, with gaps.
path_results() {
    local driver vms round file number=0 cell
    for driver in cable passt helper helper:offload veth; do
        for vms in 1 2 4 8; do
            [ "$driver" != passt ] || [ "$vms" = 1 ] || continue
            cell=out/bench/path/host-$driver-$vms
            for round in '' .2 .3 .4 .5; do
                number=$(( number + 1 ))
                for file in host-to-vm vm-to-host; do
                    result "$cell/$file$round.json" "$(( number * 97000000 % 9000000000 + 500000000 ))"
                done
                [ "$vms" = 1 ] || result "$cell/vm-to-vm$round.json" "$(( number * 41000000 % 5000000000 + 1 ))"
                printf '{"bench": {"frames_per_second": %d}}' "$(( number * 1000 ))" >"$cell/frames-host-to-vm$round.json"
                # Round trips beside a stream are missing for one of them.
                for file in latency-idle latency-loaded; do
                    [ "$driver/$file" = passt/latency-loaded ] ||
                        printf '{"bench": {"round_trip_us": {"p50": %d, "p99": %d}, "count": 9, "lost": 0}}' \
                            "$(( 20 + number ))" "$(( 90 + number * 7 ))" >"$cell/$file$round.json"
                done
            done
            [ "$driver" = veth ] || jq -n '{format: 1, rounds: ([range(1; 6) | (if . == 1 then "" else ".\(.)" end) as $n |
                ["host-to-vm", "vm-to-host"][] | {key: "\(.)\($n).json",
                 value: {status: "ok", helper_cpu_seconds: (0.5 + ($n | length)), bytes: 1e9}}] | from_entries)}' >"$cell/run.json"
        done
    done
}

@test "each plot that comes with the program is drawn" {
    need_gnuplot
    published
    path_results
    local file name mode
    for name in drivers offloading vmnet-helper-vs-socket_vmnet path cpu latency scaling; do
        run "$bench" plot -o out "$name"
        assert_success
    done
    for file in "$root"/plots/*.yaml; do
        name=$(basename "$file" .yaml)
        [ "$(compgen -G "out/plot/$name/*.svg" | wc -l)" -ge 1 ]
        for mode in out/plot/"$name"/*.svg; do
            grep -q "</svg>" "$mode"
            [ "$(head -c 8 "${mode%.svg}.png" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
        done
    done
    run cat out/plot/scaling/host.txt
    assert_line --regexp '^  path helper #8 +[0-9.]+  \('
    # What cannot be is no gap.
    assert_line --regexp '^  path helper #1 +-$'
    # More bars than colours: each has its name beside it.
    grep -qE '<text[^>]*>[0-9.]+  path helper #8</text>' out/plot/scaling/host.svg
    run cat out/plot/latency/host.txt
    assert_line --regexp '^  passt +missing$'
    run cat out/plot/cpu/host.txt
    assert_line --regexp '^  cable +[0-9.]+  \('
    refute_line --partial veth
}

@test "a picture suits light and dark pages" {
    need_gnuplot
    published
    run "$bench" plot -o out drivers
    assert_success
    grep -q 'prefers-color-scheme:dark' out/plot/drivers/shared.svg
    # gnuplot draws text and lines in black, and spells it in these ways: the style turns each light.
    local black
    for black in $(grep -oE '(fill|stroke)="(black|rgb\(0,0,0\)|#000000)"' out/plot/drivers/shared.svg | sort -u); do
        grep -qF "[$black]" out/plot/drivers/shared.svg || fail "the style does not know $black"
    done
}

@test "repeats are drawn as median and quartiles" {
    need_gnuplot
    rounds out 2000000000
    run "$bench" plot -o out drivers
    assert_success
    run cat out/plot/drivers/shared.txt
    assert_line --regexp "^  qemu +2.0  \(2.0 to 2.0, 5 rounds\)$"
    grep -q "median and quartiles" out/plot/drivers/shared.svg
}

@test "a title is text, never a command" {
    need_gnuplot
    published
    cat >p.yaml <<'YAML'
name: "it's $(touch a) `touch b`"
title: "it's \"q\" \\ $(touch a) `touch b` %s é ☃ <b> & a_b^c {/Bold x} @m"
networks: [vmnet-helper]
drivers: [vfkit]
vms: [2]
operation-modes: [shared]
tests: [host-to-vm, "`touch c` %d"]
YAML
    run "$bench" plot -o out p.yaml
    assert_success
    [ ! -e a ] && [ ! -e b ] && [ ! -e c ]
    [ -e "out/plot/it's \$(touch a) \`touch b\`/shared.png" ]
    # shellcheck disable=SC2016 # that is the text
    grep -qF '<text>it'"'"'s "q" \ $(touch a) `touch b` %s é ☃ &lt;b> &amp; a_b^c {/Bold x} @m - shared network</text>' \
        "out/plot/it's \$(touch a) \`touch b\`/shared.svg"
    # shellcheck disable=SC2016
    grep -qF '<text>`touch c` %d</text>' "out/plot/it's \$(touch a) \`touch b\`/shared.svg"
}

@test "a plot file needs its seven keys, and names that stay inside" {
    published
    cat >good.yaml <<'YAML'
name: x
title: t
networks: [vmnet-helper]
drivers: [vfkit]
vms: [2]
operation-modes: [shared]
tests: [host-to-vm]
YAML
    local key
    for key in name title networks drivers vms operation-modes tests; do
        sed "/^$key:/d" good.yaml >p.yaml
        run "$bench" plot -o out p.yaml
        assert_failure 1
        assert_output --partial "p.yaml:1:1: the key \"$key\" is missing"
    done
    sed 's/^name: .*/name: ..\/..\/escaped/' good.yaml >p.yaml
    run "$bench" plot -o out p.yaml
    assert_failure 1
    assert_output --partial 'cannot be part of a path'
    sed 's/vmnet-helper/..\/../' good.yaml >p.yaml
    run "$bench" plot -o out p.yaml
    assert_failure 1
    assert_output --partial 'cannot be part of a path'
}

@test "a plot without -o, without a file, without results" {
    run "$bench" plot drivers
    assert_failure 2
    assert_output --partial "-o DIR is required"
    run "$bench" plot -o out
    assert_failure 2
    run "$bench" plot -o out drivers
    assert_failure 1
    assert_output --partial 'nothing to draw for "drivers"'
}

@test "damaged results are named and skipped" {
    published
    local cell=out/bench/vmnet-helper/shared-vfkit-2
    head -c 300 "$cell/host-to-vm.json" >"$cell/host-to-vm.2.json"
    : >"$cell/host-to-vm.3.json"
    echo '{"error": "unable to connect"}' >"$cell/host-to-vm.4.json"
    mkfifo "$cell/host-to-vm.5.json"
    truncate -s 1G "$cell/host-to-vm.6.json"
    echo '{"end": {"sum_received": {"bits_per_second": NaN}}}' >"$cell/host-to-vm.7.json"
    echo '{"end": {"sum_received": {"bits_per_second": "fast"}}}' >"$cell/host-to-vm.8.json"
    echo '{"end": {"sum_received": {"bits_per_second": 1, "bits_per_second": 2}}}' >"$cell/host-to-vm.9.json"
    run --separate-stderr "$bench" report out
    assert_success
    local file
    for file in 2 3 4 5 6 7 8 9; do
        [[ $stderr == *"skipped \"$cell/host-to-vm.$file.json\""* ]]
    done
    assert_line --regexp '^\| vmnet-helper vfkit #2 \| 10.2 \| 8.5 \| 13.8 \|$'
    assert_line "8 result files could not be read and are left out."
}

@test "the report is one page, and text in it is text" {
    published
    mkdir -p "out/bench/<script>alert(1)<|script>"
    mv out/bench/socket_vmnet/* "out/bench/<script>alert(1)<|script>/"
    run "$bench" report -o r.html out
    assert_success
    grep -q "&lt;script&gt;alert(1)" r.html
    run grep -E "<script>|https?://[^w]|src=" r.html
    assert_failure
    run "$bench" report -o r.md out
    assert_success
    grep -qF '\<script\>alert(1)\<\|script\>' r.md
    run "$bench" report nowhere
    assert_failure 1
}

# A cell with a run.json as `run` writes it: a guest, a failed round, command lines.
told_results() {
    result out/bench/vmnet-helper/shared-qemu:tiny-2/host-to-vm.json 2400000000
    result out/bench/vmnet-helper/shared-qemu:tiny-2/host-to-vm.2.json 2800000000
    cat >out/bench/vmnet-helper/shared-qemu:tiny-2/run.json <<'JSON'
{"format": 1, "host": {"system": "Linux", "processor": "A <b> processor", "governor": "performance", "time": "2026-11-24T10:00:00Z"},
 "vmnet-helper": {"version": "1.2.3", "commit": "abcdef"}, "bench_command": ["vmnet-bench", "run", "it's mine.yaml"],
 "setup": {"benchmark": "time: 3 # <i>\n", "vms": [{"name": "one", "image": "tiny", "kernel": "6.1.0", "accelerator": "tcg",
           "command": ["qemu-system-x86_64", "-m", "256"], "helper_command": ["vmnet-helper", "--fd", "3"]}]},
 "rounds": {"host-to-vm.json": {"status": "ok", "command": ["iperf3", "-c", "192.168.105.2"], "helper_cpu_seconds": 1, "bytes": 2e9},
            "vm-to-vm.json": {"status": "failed", "reason": "no <route>"}}}
JSON
}

@test "the report tells summary, failures, machine, guests and command lines" {
    need_gnuplot
    told_results
    run "$bench" report -o r.md out
    assert_success
    run cat r.md
    assert_line --partial "1 cells of the matrix have results, of up to 2 rounds. Begun at 2026-11-24T10:00:00Z"
    assert_line '- vmnet-helper/shared-qemu:tiny-2/vm-to-vm.json: no \<route\>'
    assert_line '| | host-to-vm<br>Gbit/s | host-to-vm<br>CPU s/GB |'
    assert_line '| qemu:tiny | 2.6 | 0.50 |'
    assert_line '| qemu:tiny | 2.6 (2.5 to 2.7) |'
    assert_line '- governor: performance'
    assert_line '- tiny, kernel 6.1.0, run by tcg'
    assert_line '- 1.2.3, commit abcdef'
    assert_line "    vmnet-bench run 'it'\\''s mine.yaml'"
    assert_line '    time: 3 # <i>'
    assert_line '    iperf3 -c 192.168.105.2'
    assert_line '    vmnet-helper --fd 3'
    # Its pictures lie beside it.
    assert_line '![Bitrate - shared network](r/1-bitrate.svg)'
    grep -q '</svg>' r/1-bitrate.svg r/2-cpu.svg
    run "$bench" report -o r.html out
    assert_success
    run cat r.html
    assert_line --partial 'A &lt;b&gt; processor'
    assert_line '<li>vmnet-helper/shared-qemu:tiny-2/vm-to-vm.json: no &lt;route&gt;</li>'
    assert_line --partial 'time: 3 # &lt;i&gt;'
    assert_line --partial 'qemu-system-x86_64 -m 256'
}

@test "the summary alone is a table to be put into a text" {
    told_results
    run "$bench" report --summary out
    assert_success
    assert_output "$(printf '%s\n' '| | host-to-vm<br>Gbit/s | host-to-vm<br>CPU s/GB |' '|---|---:|---:|' '| qemu:tiny | 2.6 | 0.50 |')"
}

@test "single rounds: compare cannot tell a change from noise" {
    published
    run "$bench" compare out out
    assert_success
    assert_line --partial "| vmnet-helper | shared | krunkit:offload | 2 | vm-to-host | 47.5 | 47.5 | +0.0 % | 1, 1 | 1.000 | unknown |"
    assert_line --partial "too few rounds"
}

@test "compare: worse, better and noise by rounds" {
    rounds old 2000000000
    rounds new 1000000000
    run "$bench" compare --json old new
    assert_success
    [ "$(jq -r '.cells[0].verdict' <<<"$output")" = worse ]
    run "$bench" compare --json new old
    [ "$(jq -r '.cells[0].verdict' <<<"$output")" = better ]
    run "$bench" compare --json old old
    [ "$(jq -r '.cells[0].verdict' <<<"$output")" = noise ]
}

# Rounds of one build: around the same value, spread by a few percent as real ones are.
@test "compare: two runs of one build are noise, whatever their spread, and pass the gate" {
    local tree i cell file bits seed=12345
    for tree in old new; do
        for cell in shared-qemu-2/host-to-vm shared-qemu-2/vm-to-host host-qemu-2/host-to-vm host-qemu-1/vm-to-host; do
            for i in 1 2 3 4 5 6 7; do
                seed=$(( (seed * 1103515245 + 12345) % 2147483648 ))
                bits=$(( 2000000000 + (seed / 65536 % 2000 - 1000) * 100000 ))
                file=$tree/bench/vmnet-helper/$cell.$i.json
                result "${file/.1.json/.json}" "$bits"
            done
        done
    done
    run --separate-stderr "$bench" compare --fail-on 5% --json old new
    assert_success
    [ "$(jq -r '[.cells[].verdict] | unique | join(" ")' <<<"$output")" = noise ]
    [ "$(jq '.cells | length' <<<"$output")" = 4 ]
}

@test "compare --fail-on is a gate" {
    rounds old 2000000000
    rounds new 1000000000
    run "$bench" compare --fail-on 5% old new
    assert_failure 1
    assert_output --partial "1 of 1 cells got worse by more than 5 %"
    run "$bench" compare --fail-on 60% old new
    assert_success
    run "$bench" compare --fail-on 5% new old
    assert_success
    result old/bench/vmnet-helper/shared-qemu-2/vm-to-vm.json 1
    run "$bench" compare --fail-on 60% old new
    assert_failure 1
    run "$bench" compare --fail-on much old new
    assert_failure 2
}

@test "stats of a log, as YAML and as JSON" {
    run "$bench" stats -o json "$fixtures/stats/helper.log"
    assert_success
    [ "$(jq '.samples | length' <<<"$output")" = 3 ]
    [ "$(jq '.samples[0].host.bits_per_second' <<<"$output")" = 1000000000 ]
    [ "$(jq '.total.vm.drops' <<<"$output")" = 3 ]
    run "$bench" stats "$fixtures/stats/helper.log"
    assert_success
    assert_line 'total:'
    assert_line '  host: {packets: 375000, bytes: 375000000, drops: 0, fast: 5859, slow: 0, bits_per_second: 1000000000, packets_per_second: 125000}'
}

@test "stats: our log and the original's tell the same, and either can be drawn beside the other" {
    need_gnuplot
    # Ours has counters that the original has not, in another order, and lines of other kinds between.
    sed -E 's/"drops": ([0-9]+), "fast": ([0-9]+), "slow": ([0-9]+)/"drops": \1, "bad": 0, "guarded": 0, "fast": \2, "slow": \3/g
            a\WARN  [vm] a frame of 70000 bytes was dropped' "$fixtures/stats/helper.log" >ours.log
    "$bench" stats -o json "$fixtures/stats/helper.log" >original.json
    run "$bench" stats -o json ours.log
    assert_success
    assert_output "$(cat original.json)"
    run "$bench" plot-stats -o out --threshold 0.5 "$fixtures/stats/helper.log" ours.log
    assert_success
    [ -s out-throughput.svg ]
}

@test "stats: what this build's helper writes is read" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    [ -c /dev/net/tun ] || skip "needs /dev/net/tun"
    unshare --net "$bin/vmnet-helper" --socket "$dir/s" --operation-mode host --stats-interval 1 >out.json 2>ours.log 3>&- &
    local pid=$!
    wait_for 30 has_two_stats
    kill "$pid"
    wait "$pid" || true
    run "$bench" stats -o json ours.log
    assert_success
    jq -e '(.samples | length) >= 1 and .total.host.packets >= 0 and .total.vm.drops == 0' <<<"$output"
}

has_two_stats() {
    [ "$(grep -c '\[stats\] {' ours.log)" -ge 2 ]
}

@test "stats of a log without two samples" {
    echo "INFO  [main] hello" >log
    run "$bench" stats log
    assert_failure 1
    assert_output --partial "has not two [stats] lines"
    run "$bench" stats nowhere
    assert_failure 1
}

@test "plot-stats draws two logs" {
    need_gnuplot
    run "$bench" plot-stats --title 'a `b` "c"' -o out --threshold 0.5 "$fixtures/stats/helper.log" "$fixtures/stats/helper.log"
    assert_success
    grep -qF '<text>a `b` "c"</text>' out-throughput.svg
    [ -s out-throughput.png ] && [ -s out-efficiency.png ] && [ -s out-efficiency.svg ]
    run "$bench" plot-stats --threshold 50 "$fixtures/stats/helper.log" "$fixtures/stats/helper.log"
    assert_failure 1
    assert_output --partial "try a lower --threshold"
}
