# The formula for Homebrew, with a small double of Homebrew: it cannot be had here.

bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
    command -v ruby >/dev/null || skip "needs ruby"
    place=$(mktemp -d /tmp/vf.XXXXXX)
    version=$(cat "$root/VERSION")
    repository=https://example.org/somebody/vmnet-helper
}

teardown() {
    [ -z "${place:-}" ] || rm -rf "$place"
}

@test "it is right as Ruby, without a warning" {
    run --separate-stderr ruby -wc "$root/Formula/vmnet-helper.rb"
    assert_output "Syntax OK"
    # shellcheck disable=SC2154 # set by run
    assert_equal "$stderr" ""
}

@test "it is styled as brew style wants it" {
    command -v rubocop >/dev/null || skip "needs rubocop"
    local rules=(rubocop --config "$root/tests/ship/rubocop.yml" --cache false --format emacs)
    run env HOME="$place" "${rules[@]}" "$root/Formula/vmnet-helper.rb"
    assert_success
    sed "s/license \"Apache-2.0\"/license 'Apache-2.0'/" "$root/Formula/vmnet-helper.rb" >"$place/bad.rb"
    run env HOME="$place" "${rules[@]}" "$place/bad.rb"
    assert_failure
    assert_output --partial "Style/StringLiterals"
}

@test "it keeps to the rules of a strict audit that can be told from its text" {
    run ruby "$root/tests/ship/formula.rb" check "$root/Formula/vmnet-helper.rb"
    assert_success
    # The double does find faults.
    sed 's/desc "Connect/desc "A helper to connect/' "$root/Formula/vmnet-helper.rb" >"$place/bad.rb"
    run ruby "$root/tests/ship/formula.rb" check "$place/bad.rb"
    assert_failure
    assert_output --partial "article"
}

@test "its version is that of the project" {
    grep -qF "/v$version/vmnet-helper-$version.tar.gz\"" "$root/Formula/vmnet-helper.rb"
}

@test "the formula of a release builds from its tarball, installs, and passes its own test" {
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 || skip "needs a git clone"
    "$root/scripts/dist.sh" "$place/dist" 2>/dev/null
    "$root/scripts/release-formula.sh" "$repository" "$place/dist/vmnet-helper-$version.tar.gz" "$place/vmnet-helper.rb"
    grep -qF "url \"$repository/releases/download/v$version/vmnet-helper-$version.tar.gz\"" "$place/vmnet-helper.rb"
    # -O1: half the time of -O2.
    env -u BUILD -u MAKEFLAGS -u VMNET_DATA CFLAGS=-O1 MAKEFLAGS="-j2 --silent" \
        ruby "$root/tests/ship/formula.rb" run "$place/vmnet-helper.rb" "$place/dist/vmnet-helper-$version.tar.gz" "$place/prefix"
    [ -x "$place/prefix/bin/vmnet-run" ]
    [ -e "$place/prefix/share/zsh/site-functions/_vmnet-helper" ]
}

@test "a formula with another tarball's sum is not built" {
    echo other >"$place/vmnet-helper-$version.tar.gz"
    run ruby "$root/tests/ship/formula.rb" run "$root/Formula/vmnet-helper.rb" "$place/vmnet-helper-$version.tar.gz" "$place/prefix"
    assert_failure
    assert_output --partial "sha256"
}
