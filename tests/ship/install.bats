# make install and make uninstall, into folders of the test's own.

bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
    place=$(mktemp -d /tmp/vi.XXXXXX)
    unset VMNET_DATA
}

teardown() {
    rm -rf "${place:?}"
}

# The programs are built: only the installation is made. What else make would do is not waited for.
install_to() {
    env -u MAKEFLAGS make --silent --no-print-directory -C "$root" -o all install BUILD="$build" PREFIX="$1" DESTDIR="${2:-}"
}

uninstall_from() {
    env -u MAKEFLAGS make --silent --no-print-directory -C "$root" uninstall BUILD="$build" PREFIX="$1" DESTDIR="${2:-}"
}

everything() {
    (cd "$1" && find . -mindepth 1 | sort)
}

@test "the programs, pages, completions and data are in their places" {
    local file
    install_to "$place/a"
    for file in bin/vmnet-{helper,client,run,harness,bench} share/man/man1/vmnet-{helper,client,run,harness,bench}.1 \
        share/man/man5/vmnet-{benchmark,plot,images}.5 share/man/man5/bridge.conf.5 share/man/man7/vmnet-integration.7 \
        share/bash-completion/completions/vmnet-{helper,client,run,harness,bench} \
        share/fish/vendor_completions.d/vmnet-{helper,client,run,harness,bench}.fish \
        share/zsh/site-functions/_vmnet-helper share/vmnet-helper/sudoers.d/vmnet-helper \
        share/vmnet-helper/benchmarks/quick.yaml share/vmnet-helper/plots/drivers.yaml \
        share/vmnet-helper/images/tiny/build share/vmnet-helper/systemd/vmnet-network.service \
        libexec/vmnet-helper/capability; do
        [ -r "$place/a/$file" ] || fail "missing: $file"
    done
    [ -x "$place/a/share/vmnet-helper/images/tiny/build" ]
    [ ! -x "$place/a/share/vmnet-helper/plots/drivers.yaml" ]
    run man -M "$place/a/share/man" -w vmnet-run
    assert_success
}

@test "installed, each program finds what belongs to it" {
    install_to "$place/a"
    run env -C / VMNET_HOME="$place/home" "$place/a/bin/vmnet-harness" image list
    assert_success
    assert_output --partial tiny
    run env -C / "$place/a/bin/vmnet-bench" run --check quick
    assert_success
    # The helper beside it says what is wrong, before it does anything.
    run env -C / "$place/a/bin/vmnet-run" --operation-mode none -- true
    assert_failure
    assert_output --partial "operation mode"
}

@test "two prefixes do not know of each other" {
    install_to "$place/a"
    install_to "$place/b"
    echo "name: only-here" >"$place/b/share/vmnet-helper/plots/only.yaml"
    rm "$place/b/share/vmnet-helper/plots/only.yaml"
    everything "$place/b" >"$place/before"
    uninstall_from "$place/a"
    [ ! -e "$place/a/bin" ]
    everything "$place/b" | diff "$place/before" -
    run env -C / "$place/b/bin/vmnet-bench" run --check quick
    assert_success
}

@test "DESTDIR is in no file" {
    install_to /usr "$place/stage"
    [ -x "$place/stage/usr/bin/vmnet-helper" ]
    run grep -rl "$place" "$place/stage"
    assert_output ""
}

@test "uninstall leaves nothing of ours, and all of others" {
    mkdir -p "$place/a/bin" "$place/a/share/man/man1"
    touch "$place/a/bin/other" "$place/a/share/man/man1/other.1"
    everything "$place/a" >"$place/before"
    install_to "$place/a"
    uninstall_from "$place/a"
    everything "$place/a" | diff "$place/before" -
}

@test "uninstall with DESTDIR leaves nothing at all below the prefix" {
    install_to /opt/v "$place/stage"
    uninstall_from /opt/v "$place/stage"
    run everything "$place/stage/opt"
    [ -z "$output" ] || [ "$output" = ./v ]
}

@test "twice is the same, and what a version has no more is removed" {
    install_to "$place/a"
    everything "$place/a" >"$place/before"
    echo old >"$place/a/share/vmnet-helper/plots/old.yaml"
    echo share/vmnet-helper/plots/old.yaml >>"$place/a/share/vmnet-helper/manifest"
    install_to "$place/a"
    everything "$place/a" | diff "$place/before" -
}

@test "a manifest that was tampered with removes nothing elsewhere" {
    install_to "$place/a"
    touch "$place/mine"
    printf '%s\n' ../mine share/../../mine "$place/mine" >>"$place/a/share/vmnet-helper/manifest"
    uninstall_from "$place/a"
    [ -e "$place/mine" ]
}

@test "a strict umask of the caller makes no difference" {
    (umask 077; install_to "$place/a")
    assert_equal "$(stat -c %a "$place/a/bin/vmnet-helper" "$place/a/share/vmnet-helper" "$place/a/share/man/man1/vmnet-run.1" | paste -sd' ')" "755 755 777"
}

@test "a prefix that is not absolute or would need quotes is refused" {
    run install_to relative
    assert_failure
    assert_output --partial "absolute"
    run install_to "$place/a b"
    assert_failure
    assert_output --partial "characters"
    [ ! -e "$place/a b" ]
}

@test "nothing installed: uninstall says so" {
    run uninstall_from "$place/none"
    assert_failure
    assert_output --partial "nothing is installed"
}

@test "the sudoers sample is right, for a group of its own, and names the one installed path" {
    command -v visudo >/dev/null || skip "needs visudo"
    install_to "$place/a"
    visudo -cf "$root/packaging/sudoers.d/vmnet-helper"
    visudo -cf "$place/a/share/vmnet-helper/sudoers.d/vmnet-helper"
    run grep -v '^#' "$place/a/share/vmnet-helper/sudoers.d/vmnet-helper"
    assert_output "%vmnet ALL=(root) NOPASSWD: NOSETENV: $place/a/bin/vmnet-helper
Defaults!$place/a/bin/vmnet-helper closefrom_override"
}

@test "the unit that keeps a network up starts the installed helper, and is one that systemd takes" {
    install_to "$place/a"
    local unit=$place/a/share/vmnet-helper/systemd/vmnet-network.service
    grep -q "^ExecStart=$place/a/bin/vmnet-helper --socket /run/vmnet-network/socket --keep " "$unit"
    command -v systemd-analyze >/dev/null || skip "needs systemd-analyze"
    run systemd-analyze verify "$unit"
    assert_success
    refute_output --partial vmnet-network
}

@test "what is for Linux alone is not in an archive for macOS" {
    OS=darwin env -u MAKEFLAGS "$root/scripts/install-files.sh" install "$bin" /opt/v "$place/mac"
    [ ! -e "$place/mac/opt/v/libexec" ]
    [ ! -e "$place/mac/opt/v/share/vmnet-helper/systemd" ]
}
