# What runs on Macs, as far as it can be told here.

load ../lib/common

workflow=$root/.github/workflows/macos.yml

@test "each step of the workflow is a script of the repository" {
    scripts=$(sed -n 's/^ *- run: //p' "$workflow")
    [ -n "$scripts" ]
    for script in $scripts; do
        [ -x "$root/$script" ] || fail "$script is no executable file"
    done
}

@test "each action is pinned by its commit" {
    run grep -nE '^ *- uses: ' "$workflow"
    assert_success
    refute_line --regexp 'uses: [^@]+@([^0-9a-f]|[0-9a-f]{1,39}([^0-9a-f]|$))'
    run grep -cE 'uses: [^@]+@[0-9a-f]{40} # v' "$workflow"
    assert_output "$(grep -c 'uses:' "$workflow")"
}

@test "the entitlement is a property list with the one key" {
    run python3 -c '
import plistlib, sys
print(plistlib.load(open(sys.argv[1], "rb")))' "$root/packaging/entitlements.plist"
    assert_success
    assert_output "{'com.apple.security.virtualization': True}"
}

# With a helper, sudo and sw_vers that do nothing but tell.
@test "the script of the modes tries them all, and fails when one does" {
    tools=$BATS_TEST_TMPDIR/bin
    mkdir "$tools"
    printf '#!/bin/sh\necho 15.4\n' >"$tools/sw_vers"
    printf '#!/bin/sh\nexec "$@"\n' >"$tools/sudo"
    printf '#!/bin/sh\nshift\ncase $* in *bridged*) exit 1 ;; esac\necho "$*"\n' >"$tools/python3"
    printf '#!/bin/sh\necho en0\n' >"$tools/helper"
    chmod +x "$tools"/*
    run env PATH="$tools:$PATH" HELPER="$tools/helper" LOG="$BATS_TEST_TMPDIR/log" "$root/tests/macos/runner/modes.sh"
    assert_failure 1
    assert_line --regexp '^FAILED: .*bridged --shared-interface en0$'
    assert_equal "$(grep -c FAILED <<<"$output")" 1
    run wc -l <"$BATS_TEST_TMPDIR/log"
    assert_output 6
}
