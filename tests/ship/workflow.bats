# The release workflow: its steps, run here without reaching out.

bats_require_minimum_version 1.5.0
load ../lib/common

workflow=$root/.github/workflows/release.yml

setup() {
    place=$(mktemp -d /tmp/vw.XXXXXX)
    version=$(cat "$root/VERSION")
    # Whatever else would reach out is not to be found.
    mkdir "$place/bin"
    printf '#!/bin/sh\necho "REACHED OUT: gh $*"; exit 1\n' >"$place/bin/gh"
    chmod +x "$place/bin/gh"
    export PATH="$place/bin:$PATH" DRY_RUN=1 REPOSITORY_URL=https://example.org/somebody/vmnet-helper \
        TAP_REPOSITORY=somebody/homebrew-tap RELEASE_KEY="$place/key"
    unset VMNET_DATA
}

teardown() {
    rm -rf "${place:?}"
}

need_clone() {
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 || skip "needs a git clone"
}

@test "each step of its own is a script that is there, and each action is pinned by its commit" {
    local script
    for script in $(grep -oE '(scripts|tests)/[a-z./-]+\.sh' "$workflow" | sort -u); do
        [ -x "$root/$script" ] || fail "$script is no executable file"
    done
    run grep -cE '^ *- uses: [^@]+@[0-9a-f]{40} # v' "$workflow"
    assert_output "$(grep -c 'uses:' "$workflow")"
    # Nothing but the job that publishes may write.
    run grep -c 'contents: write' "$workflow"
    assert_output 1
}

@test "it is YAML, and its jobs wait for each other" {
    command -v ruby >/dev/null || skip "needs ruby"
    run ruby -ryaml -e 'jobs = YAML.load_file(ARGV[0])["jobs"]; puts jobs.keys.sort.join(" "), jobs["publish"]["needs"].sort.join(" ")' "$workflow"
    assert_output "linux macos publish
linux macos"
}

@test "check: a tag of another version is refused" {
    need_clone
    git clone --quiet "$root" "$place/clone"
    run "$place/clone/scripts/release.sh" check "v$version"
    assert_success
    run "$place/clone/scripts/release.sh" check v9.9.9
    assert_failure
    assert_output --partial "VERSION says $version"
    echo >>"$place/clone/README.md"
    run "$place/clone/scripts/release.sh" check "v$version"
    assert_failure
    assert_output --partial "not committed"
}

@test "build, collect, publish, tap: all that a release needs, and nobody is reached" {
    need_clone
    command -v ssh-keygen >/dev/null || skip "needs ssh-keygen"
    # What is built already is taken: compiling is not the question here.
    mkdir -p "$place/built"
    cp -R "$bin" "$place/built/bin"
    cat >"$place/bin/make" <<'MAKE'
#!/bin/sh
exit 0
MAKE
    chmod +x "$place/bin/make"
    RELEASE_BUILD=$place/built run --separate-stderr "$root/scripts/release.sh" build "$place/out"
    assert_success
    rm "$place/bin/make"
    # The other machines' archives, which this one cannot make.
    OS=darwin ARCH=arm64 "$root/scripts/archive.sh" "$bin" "$place/out" >/dev/null

    ssh-keygen -q -t ed25519 -N '' -C release -f "$place/key"
    run --separate-stderr "$root/scripts/release.sh" collect "$place/out"
    assert_success
    for file in "vmnet-helper-$version.tar.gz" install.sh vmnet-helper.rb "vmnet-helper-$version-darwin-arm64.tar.gz"; do
        assert_line --regexp "^[0-9a-f]{64}  $file$"
    done
    [ -s "$place/out/SHA256SUMS.sig" ]
    grep -qF 'default_base_url="https://example.org/somebody/vmnet-helper/releases"' "$place/out/install.sh"
    grep -qF "default_release_key=\"$(cut -d' ' -f1,2 "$place/key.pub")\"" "$place/out/install.sh"
    grep -qF 'homepage "https://example.org/somebody/vmnet-helper"' "$place/out/vmnet-helper.rb"
    run grep -rl "PRIVATE KEY" "$place/out"
    assert_output ""

    # The key as the workflow has it: the same signature (ed25519 has one), and no file of it stays.
    cp "$place/out/SHA256SUMS.sig" "$place/by-file.sig"
    mkdir "$place/tmp"
    TMPDIR=$place/tmp RELEASE_KEY='' RELEASE_KEY_TEXT=$(cat "$place/key") run --separate-stderr "$root/scripts/release.sh" collect "$place/out"
    assert_success
    cmp "$place/out/SHA256SUMS.sig" "$place/by-file.sig"
    assert_equal "$(ls -A "$place/tmp")" ""

    run "$root/scripts/release.sh" publish "v$version" "$place/out"
    assert_success
    assert_line --partial "would run: gh release create v$version --verify-tag --draft"
    assert_line "would run: gh release edit v$version --draft=false"
    refute_output --partial "REACHED OUT"
    run "$root/scripts/release.sh" tap "$place/out"
    assert_success
    assert_line --partial "would run: gh pr create --repo somebody/homebrew-tap"
    refute_output --partial "REACHED OUT"

    echo changed >>"$place/out/install.sh"
    run "$root/scripts/release.sh" publish "v$version" "$place/out"
    assert_failure
    assert_output --partial "not those of SHA256SUMS"
}

@test "deb: the packages, and nothing else of what their making leaves" {
    need_clone
    command -v dh >/dev/null || skip "needs debhelper"
    # tests/ship/deb.bats makes them for real.
    cat >"$place/bin/dpkg-buildpackage" <<'FAKE'
#!/bin/sh
for name in vmnet-helper vmnet-helper-tools; do
    echo "$name" >"../${name}_$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)_amd64.deb"
done
touch ../x.changes ../x.buildinfo
FAKE
    printf '#!/bin/sh\nexit 0\n' >"$place/bin/dpkg-checkbuilddeps"
    chmod +x "$place/bin/"*
    run --separate-stderr "$root/scripts/release.sh" deb "$place/out"
    assert_success
    assert_output "$place/out/vmnet-helper-tools_$version-1_amd64.deb
$place/out/vmnet-helper_$version-1_amd64.deb"
    assert_equal "$(ls "$place/out" | wc -l)" 2
}

@test "each step of the workflow that runs a script of the repository is run by this file" {
    local step
    for step in $(grep -oE 'release\.sh [a-z]+' "$workflow" | cut -d' ' -f2 | sort -u); do
        grep -qE "release\.sh\" $step " "${BATS_TEST_FILENAME}" || fail "no test runs release.sh $step"
    done
}

@test "without the key nothing is collected" {
    need_clone
    unset RELEASE_KEY
    run "$root/scripts/release.sh" collect "$place/out"
    assert_failure
    assert_output --partial "RELEASE_KEY"
}
