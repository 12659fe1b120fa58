# The documents say what is true of the programs.

bats_require_minimum_version 1.5.0
load ../lib/common

ours() {
    (cd "$root/docs" && ls tutorial.md architecture.md migration.md comparison.md)
}

# All options of all programs, and of install.sh.
all_options() {
    local group command
    {
        "$bin/vmnet-helper" --help
        "$bin/vmnet-client" --help
        "$bin/vmnet-harness" --help
        sh "$root/install.sh" --help
        for command in start stop restart delete logs; do "$bin/vmnet-harness" vm "$command" --help; done
        for command in run path plot report compare stats; do "$bin/vmnet-bench" "$command" --help; done
    } | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u
}

@test "each block of commands is tested, or says why not" {
    local file
    for file in $(ours); do
        run awk '/^```sh$/ && before !~ /^<!-- (tested|not run here: .+) -->$/ { print FNR ": " before } { before = $0 }' "$root/docs/$file"
        [ -z "$output" ] || fail "$file: $output"
    done
}

# What counts as a command, and what is looked up, is in tests/ship/commands.py.
@test "each command of README and the documents is one that works so, and is tested or says why not" {
    run python3 "$root/tests/ship/commands.py" "$root" "$bin"
    assert_success
    assert_output ""
}

@test "a command that is wrong, or of which nothing is known, is found" {
    local copy=$BATS_TEST_TMPDIR/copy
    mkdir -p "$copy/docs" "$copy/tests/ship"
    cp "$root/Makefile" "$copy"
    cp "$root/README.md" "$root/CONTRIBUTING.md" "$copy"
    cp "$root"/docs/*.md "$copy/docs"
    cp "$root/tests/ship/commands.txt" "$copy/tests/ship"
    printf '\n%s\n\n' '    ./harness vm start one --no-such-option' '    ./harness vm fly' '    make nothing' '    ip rule list' \
        '    tests/none.sh' 'Say `vmnet-helper --nonsense 1`.' >>"$copy/README.md"
    run python3 "$root/tests/ship/commands.py" "$copy" "$bin"
    assert_failure
    assert_line --partial "./harness vm start one --no-such-option: no option --no-such-option"
    assert_line --partial "./harness vm fly: no such command"
    assert_line --partial "make nothing: no target nothing"
    assert_line --partial 'ip rule list: tests/ship/commands.txt says nothing of "ip rule list"'
    assert_line --partial "tests/none.sh: no such file"
    assert_line --partial "vmnet-helper --nonsense 1: no option --nonsense"
}

@test "the options that migration.md names as ours are ours" {
    local option
    all_options >"$BATS_TEST_TMPDIR/options"
    # The column of ours in the tables, and the list of new ones.
    {
        awk -F'|' 'NF > 3 { print $3 }' "$root/docs/migration.md"
        sed -n '/^New, and off/,/^$/p' "$root/docs/migration.md"
    } | grep -oE -- '--[a-z][a-z0-9-]+' | grep -vx -- --name | sort -u >"$BATS_TEST_TMPDIR/named"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -gt 15 ]
    run comm -23 "$BATS_TEST_TMPDIR/named" "$BATS_TEST_TMPDIR/options"
    assert_output ""
}

@test "migration.md has each option of socket_vmnet and each key of lima's networks.yaml" {
    local word
    for word in --socket-group --vmnet-mode --vmnet-interface --vmnet-gateway --vmnet-dhcp-end --vmnet-mask --vmnet-interface-id \
        --vmnet-network-identifier --vmnet-nat66-prefix --pidfile --version --help paths.socketVMNet paths.varRun paths.sudoers \
        group NAME.mode NAME.gateway NAME.dhcpEnd NAME.netmask NAME.interface; do
        grep -qE "^\|.*$word[^|]*\`.*\|.*\|\$" "$root/docs/migration.md" || fail "nothing of $word"
    done
}

@test "the options of ./harness vm start that migration.md names are options of it" {
    local option
    "$bin/vmnet-harness" vm start --help >"$BATS_TEST_TMPDIR/help"
    for option in $(awk -F'|' '/^The options of `.\/example`/ { inside = 1 } /^New, and off/ { inside = 0 } inside && NF > 4 { print $3; if ($3 ~ /same/) print $2 }' \
        "$root/docs/migration.md" | grep -oE -- '--[a-z][a-z-]+'); do
        grep -qE -- "$option( |=|$)" "$BATS_TEST_TMPDIR/help" || fail "vm start has no $option"
    done
}

@test "troubleshooting.md has each check of doctor, and no other" {
    local name
    grep -rhoE 'report_(bad|fine)\(report, ((BLOCKS|NOTE|[a-z>-]+), )?"[a-z0-9-]+"' "$root/src/harness" |
        grep -oE '"[^"]+"$' | tr -d '"' | sort -u >"$BATS_TEST_TMPDIR/checks"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/checks")" -gt 15 ]
    while read -r name; do
        grep -q "\`$name\`" "$root/docs/troubleshooting.md" || fail "nothing of $name"
    done <"$BATS_TEST_TMPDIR/checks"
    # The second column of its tables.
    awk -F'|' 'NF == 5 && $3 !~ /---|check/ { print $3 }' "$root/docs/troubleshooting.md" | grep -oE '\`[a-z-]+\`' | tr -d '\`' | sort -u |
        comm -23 - "$BATS_TEST_TMPDIR/checks" >"$BATS_TEST_TMPDIR/others"
    run cat "$BATS_TEST_TMPDIR/others"
    assert_output ""
}

@test "messages that troubleshooting.md quotes are messages of the programs" {
    local text
    for text in "got no address" "dnsmasq ended with status" "opening a network interface needs root" "there is no /dev/net/tun" \
        "is up, and to make one needs root" "you may not use %s" "is missing" "is not beside vmnet-harness" "belongs to user"; do
        grep -rqF "$text" "$root/src" || fail "no program says: $text"
    done
}

@test "the sources that architecture.md names are there" {
    local name
    for name in $(grep -oE '`[a-z_]+\.[ch]`' "$root/docs/architecture.md" | tr -d '`' | sort -u); do
        [ -e "$root/src/helper/$name" ] || fail "no src/helper/$name"
    done
    for name in $(grep -oE '`[a-z]+/([a-z]+/)*`' "$root/docs/architecture.md" | tr -d '`' | sort -u); do
        [ -d "$root/$name" ] || fail "no folder $name"
    done
}

@test "README is short, and has the ways to install" {
    [ "$(wc -l <"$root/README.md")" -lt 150 ]
    grep -qE '^    brew install [A-Za-z]+/vmnet-helper/vmnet-helper ' "$root/README.md"
    grep -qE '^    curl .*/releases/latest/download/install.sh \| bash$' "$root/README.md"
    grep -qF "./vmnet-helper_$(cat "$root/VERSION")-1_amd64.deb" "$root/README.md"
}

@test "no line of the documents that is no table is over 120 characters" {
    local file
    for file in $(ours); do
        run awk 'length($0) > 120 && !/^\|/' "$root/docs/$file"
        [ -z "$output" ] || fail "$file: $output"
    done
}

@test "spelling" {
    command -v codespell >/dev/null || skip "needs codespell"
    cd "$root" || return
    # passt and iif are names, nd is a macro of mdoc.
    run codespell --ignore-words-list=passt,iif,nd README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs/*.md man install.sh packaging scripts
    assert_output ""
}
