# The man pages tell of the options that the programs have: each of them, and no other.

bats_require_minimum_version 1.5.0
load ../lib/common

# What begins a line of --help: -f, --fd
help_options() {
    "$@" --help | sed -nE 's/^ +((-[A-Za-z], +)?--[a-z0-9-]+).*/\1/p' | grep -oE -- '-[A-Za-z0-9-]+' | sort -u
}

# page_options PAGE [SECTION]: the options that lists of the page explain, in a .Ss of it or anywhere.
page_options() {
    awk -v section="${2:-}" '
        /^\.S[sh] / { inside = section == "" || $0 == ".Ss " section || $0 == ".Sh " section }
        inside && /^\.It .*Fl / { for (i = 2; i < NF; i++) if ($i == "Fl") print "-" $(i + 1) }' "$root/man/$1" | sort -u
}

# agree WHAT HELP PAGE: both have the same lines.
agree() {
    [ "$2" = "$3" ] || fail "$1: --help and man page differ:
$(diff <(echo "$2") <(echo "$3"))"
}

# listed PROGRAM WORDS...: the commands that its help lists.
listed() {
    "$@" --help | awk '/^  [a-z]/ { sub(/^ +/, ""); sub(/  .*/, ""); count = split($0, parts, /, /)
                       for (i = 1; i <= count; i++) { split(parts[i], words, / /); print words[1] } }'
}

@test "vmnet-helper.1 has the options of --help" {
    agree vmnet-helper "$(help_options "$bin/vmnet-helper")" "$(page_options vmnet-helper.1)"
}

@test "vmnet-client.1 has the options of --help" {
    agree vmnet-client "$(help_options "$bin/vmnet-client")" "$(page_options vmnet-client.1)"
}

@test "vmnet-harness.1 has the options of --help, for each command" {
    local group command commands=()
    agree vmnet-harness "$(help_options "$bin/vmnet-harness")" "$(page_options vmnet-harness.1 OPTIONS)"
    for group in $(listed "$bin/vmnet-harness"); do
        if [ "$group" = doctor ]; then
            commands+=(doctor)
            continue
        fi
        for command in $(listed "$bin/vmnet-harness" "$group"); do
            commands+=("$group $command")
        done
    done
    [ "${#commands[@]}" -gt 10 ]
    for command in "${commands[@]}"; do
        # shellcheck disable=SC2086 # a word for each command
        agree "vmnet-harness $command" "$(help_options "$bin/vmnet-harness" $command)" "$(page_options vmnet-harness.1 "$command")"
    done
    assert_equal "$(sed -n 's/^\.Ss //p' "$root/man/vmnet-harness.1" | sort)" "$(printf '%s\n' "${commands[@]}" | sort)"
}

@test "vmnet-bench.1 has the options of --help, for each command" {
    local command commands
    commands=$(listed "$bin/vmnet-bench")
    agree vmnet-bench "$(help_options "$bin/vmnet-bench")" "$(page_options vmnet-bench.1 OPTIONS)"
    for command in $commands; do
        agree "vmnet-bench $command" "$(help_options "$bin/vmnet-bench" "$command")" "$(page_options vmnet-bench.1 "$command")"
    done
    assert_equal "$(sed -n 's/^\.Ss //p' "$root/man/vmnet-bench.1" | sort)" "$(sort <<<"$commands")"
}

# The keys that the YAML pages explain: .It Cm key, in lists of any depth.
page_keys() {
    sed -n 's/^\.It Cm //p' "$root/man/$1" | sort -u
}

# source_keys FILE ARRAY...: the words of the arrays of known keys.
source_keys() {
    local file=$root/$1 array
    shift
    for array in "$@"; do
        awk -v array="$array" 'index($0, array "[]") { inside = 1 } inside { print } inside && /};/ { exit }' "$file"
    done | grep -oE '"[a-z0-9-]+"' | tr -d '"' | sort -u
}

@test "vmnet-benchmark.5 has the keys that the program knows" {
    agree benchmark "$({ source_keys src/bench/benchmark.c known_keys driver_keys; source_keys src/bench/benchmark_networks.c network_keys; } | sort -u)" "$(page_keys vmnet-benchmark.5)"
}

@test "vmnet-plot.5 has the keys that the program knows" {
    agree plot "$(source_keys src/bench/plot_file.c known_keys)" "$(page_keys vmnet-plot.5)"
}

@test "vmnet-images.5 has the keys that the program knows" {
    agree images "$(source_keys src/harness/catalogue.c image_keys)" "$(page_keys vmnet-images.5)"
}

@test "vmnet-integration.7 has the names of the JSON line and of the events" {
    local name names
    names=$(grep -ohE '"vmnet_[a-z0-9_]+"' "$root/src/helper/info.c" | tr -d '"' | sort -u)
    [ "$(wc -l <<<"$names")" -ge 10 ]
    for name in $names; do
        grep -q "^\.It Va $name " "$root/man/vmnet-integration.7" || fail "not explained: $name"
    done
    for name in ready client address client-gone stopping; do
        grep -q "^\.It Cm $name\$" "$root/man/vmnet-integration.7" || fail "not explained: $name"
    done
}

@test "the examples of the YAML pages are read by the program" {
    example() { awk '/^\.Bd/ { inside = 1; next } /^\.Ed/ { exit } inside' "$root/man/$1"; }
    example vmnet-benchmark.5 >"$BATS_TEST_TMPDIR/example.yaml"
    run "$bin/vmnet-bench" run --check "$BATS_TEST_TMPDIR/example.yaml"
    assert_success
    mkdir -p "$BATS_TEST_TMPDIR/vmnet-helper"
    example vmnet-images.5 >"$BATS_TEST_TMPDIR/vmnet-helper/images.yaml"
    XDG_CONFIG_HOME=$BATS_TEST_TMPDIR VMNET_HOME=$BATS_TEST_TMPDIR/home run "$bin/vmnet-harness" image list
    assert_success
    example vmnet-plot.5 >"$BATS_TEST_TMPDIR/plot.yaml"
    mkdir -p "$BATS_TEST_TMPDIR/out/bench"
    run "$bin/vmnet-bench" plot -o "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/plot.yaml"
    refute_output --partial "plot.yaml:"
}

@test "each page that another one names is there" {
    local page
    for page in $(sed -nE 's/^\.Xr (vmnet-[a-z]+) ([0-9]).*/\1.\2/p' "$root"/man/*.[1-8] | sort -u); do
        [ -e "$root/man/$page" ] || fail "no page $page"
    done
    assert_equal "$(readlink "$root/man/vmnet-run.1")" vmnet-client.1
}
