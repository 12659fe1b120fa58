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

@test "the sources that architecture.md names are there" {
    local name
    for name in $(grep -oE '`[a-z_]+\.[ch]`' "$root/docs/architecture.md" | tr -d '`' | sort -u); do
        [ -e "$root/src/helper/$name" ] || fail "no src/helper/$name"
    done
    for name in $(grep -oE '`[a-z]+/([a-z]+/)*`' "$root/docs/architecture.md" | tr -d '`' | sort -u); do
        [ -d "$root/$name" ] || fail "no folder $name"
    done
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
