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

# What comes from neither macOS nor the two libraries of the formula would be missing on a Mac.
@test "they use no library but what macOS and the formula have" {
    for arch in arm64 x86_64; do
        for program in $programs; do
            run llvm objdump --macho --dylibs-used "$cross/$arch/bin/$program"
            assert_success
            surprise=$(echo "$output" | awk 'NR > 1 { print $1 }' | grep -vxE \
                '/usr/lib/libSystem\.B\.dylib|/usr/lib/libcurl\.4\.dylib|/opt/homebrew/opt/(cjson/lib/libcjson\.1|libyaml/lib/libyaml-0\.2)\.dylib|/System/Library/Frameworks/vmnet\.framework/Versions/A/vmnet') || true
            assert_equal "$surprise" ""
        done
    done
}

@test "only the helper uses vmnet" {
    for program in $programs; do
        run llvm objdump --macho --dylibs-used "$cross/arm64/bin/$program"
        if [ "$program" = vmnet-helper ]; then
            assert_output --partial vmnet.framework
        else
            refute_output --partial vmnet.framework
        fi
    done
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
