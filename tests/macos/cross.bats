# All programs as Mach-O, compiled and linked here for both kinds of Mac. Nothing of it runs.

load ../lib/common

setup_file() {
    cross=$build/macos/cross
    export cross
    if ! reason=$("$root/tests/macos/toolchain.sh" "$cross" 2>&1 >/dev/null); then
        export missing=$reason
        return
    fi
    make -C "$root" BUILD="$build" macos-cross >"$BATS_FILE_TMPDIR/log" 2>&1 || {
        grep -v '^/' "$BATS_FILE_TMPDIR/log" | tail -n 30 >&2
        return 1
    }
}

setup() {
    [ -z "${missing:-}" ] || skip "$missing"
    programs="vmnet-helper vmnet-client vmnet-harness vmnet-bench"
}

llvm() {
    local tool
    tool=$(compgen -c "llvm-$1" | grep -xE "llvm-$1(-[0-9]+)?" | sort -V | head -n 1)
    [ -n "$tool" ] || skip "llvm-$1 is missing"
    "$tool" "${@:2}"
}

@test "all programs link for arm64 and x86_64" {
    for arch in arm64 x86_64; do
        for program in $programs; do
            run llvm objdump --macho --private-header "$cross/$arch/bin/$program"
            assert_success
            assert_output --regexp "MH_MAGIC_64 +$(echo "$arch" | tr a-z A-Z)"
            assert_output --regexp 'EXECUTE.*PIE'
        done
    done
}

@test "they need macOS 13.0" {
    for arch in arm64 x86_64; do
        for program in $programs; do
            run llvm objdump --macho --private-headers "$cross/$arch/bin/$program"
            assert_success
            assert_output --regexp $'platform macos\n.*\n.*minos 13.0'
        done
    done
}

# vmnet for the helper, libcurl for what fetches images; cJSON and libyaml are in the programs.
@test "they load no library but what macOS has, and each only what it uses" {
    [ ! -e "$cross/libraries/stubs" ] || skip "no sources of cJSON and libyaml: $(cat "$cross/libraries/stubs")"
    for arch in arm64 x86_64; do
        for program in $programs; do
            case $program in
            vmnet-helper) more=/System/Library/Frameworks/vmnet.framework/Versions/A/vmnet ;;
            vmnet-harness) more=/usr/lib/libcurl.4.dylib ;;
            *) more= ;;
            esac
            run llvm objdump --macho --dylibs-used "$cross/$arch/bin/$program"
            assert_success
            loaded=$(echo "$output" | awk 'NR > 1 { print $1 }' | LC_ALL=C sort | paste -sd' ')
            assert_equal "$loaded" "$(echo "${more:+$more }/usr/lib/libSystem.B.dylib" | tr ' ' '\n' | LC_ALL=C sort | paste -sd' ')"
        done
    done
}

@test "cJSON and libyaml are in the programs, built from Debian's sources" {
    [ ! -e "$cross/libraries/stubs" ] || skip "no sources of cJSON and libyaml: $(cat "$cross/libraries/stubs")"
    for arch in arm64 x86_64; do
        run llvm nm --defined-only --just-symbol-name "$cross/$arch/bin/vmnet-harness"
        assert_line _cJSON_Parse
        assert_line _yaml_parser_parse
    done
    # A source package was patched, so it is Debian's and not only the author's.
    [ -e "$cross/libraries/sources/cjson/debian/patches/series" ]
}

# What apt_folder has, as sources.sh shows it to apt. With an apt that only tells.
asked_of_apt() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    # shellcheck disable=SC2016 # the script expands
    printf '#!/bin/sh\nfor word; do case $word in Dir::Etc::sourceparts=*) parts=${word#*=} ;; esac; done
case $* in *" update") cat "$parts"/* >"$ASKED" ;; *) mkdir cjson-1.7.15 ;; esac\n' >"$BATS_TEST_TMPDIR/bin/apt-get"
    printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/bin/dpkg-source"
    chmod +x "$BATS_TEST_TMPDIR/bin"/*
    run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" ASKED="$BATS_TEST_TMPDIR/asked" APT_FOLDER="$BATS_TEST_TMPDIR/apt" \
        "$root/tests/macos/sources.sh" "$BATS_TEST_TMPDIR/sources" cjson
}

@test "sources: entries of one line become deb-src, those of other releases do not" {
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "$BATS_TEST_TMPDIR/apt/sources.list.d"
    echo "deb [signed-by=/k.gpg] http://mirror.example/debian $codename main contrib
# deb http://comment.example/debian $codename main
deb http://mirror.example/debian $codename-updates main" >"$BATS_TEST_TMPDIR/apt/sources.list"
    echo "deb https://other.example/apt nodistro main" >"$BATS_TEST_TMPDIR/apt/sources.list.d/other.list"
    asked_of_apt
    assert_success
    assert_equal "$(cat "$BATS_TEST_TMPDIR/asked")" \
        "deb-src [signed-by=/k.gpg] http://mirror.example/debian $codename main contrib"
    [ -d "$BATS_TEST_TMPDIR/sources/cjson" ]
}

@test "sources: stanzas (deb822) become deb-src" {
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "$BATS_TEST_TMPDIR/apt/sources.list.d"
    printf 'Types: deb\n# a snapshot\nURIs: http://mirror.example/debian\nSuites: %s %s-updates\nComponents: main
Signed-By: /k.gpg\n\nTypes: deb\nURIs: http://other.example\nSuites: %s-tools\nComponents: main\n' \
        "$codename" "$codename" "$codename" >"$BATS_TEST_TMPDIR/apt/sources.list.d/debian.sources"
    asked_of_apt
    assert_success
    assert_equal "$(cat "$BATS_TEST_TMPDIR/asked")" "Types: deb-src
URIs: http://mirror.example/debian
Suites: $codename $codename-updates
Components: main
Signed-By: /k.gpg"
}

@test "sources: an apt that knows no mirror of this release is told so" {
    mkdir -p "$BATS_TEST_TMPDIR/apt/sources.list.d"
    asked_of_apt
    assert_failure 1
    assert_output --partial "apt has no entry for"
}

# Symbols after 13.0 are looked up when the helper runs: linked, they would keep it from starting.
@test "the helper links no symbol that macOS 13 lacks" {
    run llvm nm --undefined-only --just-symbol-name "$cross/arm64/bin/vmnet-helper"
    assert_success
    assert_output --partial _vmnet_start_interface
    refute_output --partial _vmnet_enable_virtio_header_key
    refute_output --partial _vmnet_read_max_packets_key
    refute_output --partial _vmnet_network_
    refute_output --partial _vmnet_interface_start_with_network
}

# Private symbols may go: a program that needs them strongly would not start then. The object tells,
# because zig's linker, unlike Apple's, forgets the mark.
@test "the batched socket calls are weak" {
    run llvm nm -m "$cross/arm64/obj/src/helper/datagram_darwin.o"
    assert_output --regexp 'weak external _sendmsg_x'
    assert_output --regexp 'weak external _recvmsg_x'
}

@test "one file for both kinds of Mac" {
    for program in $programs; do
        llvm lipo -create "$cross/arm64/bin/$program" "$cross/x86_64/bin/$program" -output "$BATS_TEST_TMPDIR/$program"
        run llvm lipo -archs "$BATS_TEST_TMPDIR/$program"
        assert_success
        assert_output --regexp '^(arm64 x86_64|x86_64 arm64) ?$'
    done
}

@test "the unit tests compile and link for a Mac" {
    run make -C "$root" BUILD="$build" macos-units
    [ "$status" -eq 0 ] || { grep -E 'error|undefined' <<<"$output" | head -n 30 >&2; return 1; }
    run llvm objdump --macho --private-header "$cross/arm64/tests/unit/test_doctor_mac"
    assert_output --regexp 'MH_MAGIC_64 +ARM64'
}

@test "a function that vmnet does not have does not compile" {
    printf '#include <vmnet/vmnet.h>\nint main(void) { return vmnet_make_coffee(1); }\n' >"$BATS_TEST_TMPDIR/coffee.c"
    zig=$("$root/tests/macos/toolchain.sh" "$cross")
    export ZIG_GLOBAL_CACHE_DIR=$cross/zig-cache ZIG_LOCAL_CACHE_DIR=$cross/zig-cache
    run "$zig" cc -target aarch64-macos.13.0 -std=gnu11 -Wall -Werror -F"$root/tests/macos/sdk" \
        -c "$BATS_TEST_TMPDIR/coffee.c" -o "$BATS_TEST_TMPDIR/coffee.o"
    assert_failure
    assert_output --partial vmnet_make_coffee
}

@test "a function that vmnet does not export does not link" {
    printf 'int vmnet_make_coffee(int);\nint main(void) { return vmnet_make_coffee(1); }\n' >"$BATS_TEST_TMPDIR/coffee.c"
    zig=$("$root/tests/macos/toolchain.sh" "$cross")
    export ZIG_GLOBAL_CACHE_DIR=$cross/zig-cache ZIG_LOCAL_CACHE_DIR=$cross/zig-cache
    run "$zig" cc -target aarch64-macos.13.0 -F"$root/tests/macos/sdk" -framework vmnet \
        "$BATS_TEST_TMPDIR/coffee.c" -o "$BATS_TEST_TMPDIR/coffee"
    assert_failure
    assert_output --partial vmnet_make_coffee
}
