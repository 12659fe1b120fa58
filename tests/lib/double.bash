# The macOS helper on the double, for tests of whole programs: load after common.
# shellcheck disable=SC2154 # build and root are set by common

# Build it, or set $missing to the reason why not. Another file may build it at the same time.
double_build() {
    export missing=
    command -v clang >/dev/null || { missing="clang is missing"; return; }
    [ -e /usr/include/Block.h ] || { missing="libblocksruntime-dev is missing"; return; }
    flock "$build/macos.lock" make -C "$root" BUILD="$build" macos-double >"$BATS_FILE_TMPDIR/double.log" 2>&1 || {
        grep -E 'error|Error|undefined' "$BATS_FILE_TMPDIR/double.log" | head -n 30 >&2
        return 1
    }
}

# double_folder FOLDER SETTING... [-- OPTION...]: a folder of programs, where all find this helper beside them. The
# settings are those of tests/macos/fake/fake.h; sudo, too, leaves them alone. The options are given with each start.
double_folder() {
    local folder=$1
    shift
    mkdir -p "$folder/macos"
    cp "$build"/bin/vmnet-{client,harness,bench} "$folder/"
    cp "$build/macos/double/bin/vmnet-helper" "$folder/macos/"
    {
        echo '#!/bin/sh'
        while [ $# -gt 0 ] && [ "$1" != -- ]; do
            echo "export $1"
            shift
        done
        [ $# -eq 0 ] || shift
        # shellcheck disable=SC2016 # the script expands
        echo 'exec "${0%/*}/macos/vmnet-helper"' "$*" '"$@"'
    } >"$folder/vmnet-helper"
    chmod +x "$folder/vmnet-helper"
}

# double_bats BUILD FILE LEAST [FILTER]: run a file of tests, or those of its tests whose names match, with the programs
# of BUILD/bin, made by double_folder. So many of them must be there; what failed is shown.
double_bats() {
    mkdir -p "$1/tests"
    ln -sfn "$build/tests/bin" "$1/tests/bin"
    run env BUILD="$1" timeout 500 bats --filter "${4:-.}" "$root/tests/$2.bats"
    [ "$status" -eq 0 ] || { grep -A 30 '^not ok' <<<"$output" | head -n 80 >&2; return 1; }
    refute_line --regexp '^ok .*# skip'
    [ "$(grep -c '^ok ' <<<"$output")" -ge "$3" ]
}
