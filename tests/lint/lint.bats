# What can be said of the sources without running them.

load ../lib/common

setup() {
    cd "$root"
}

# The files of the project: git's list, or everything in a tarball.
files() {
    git ls-files -co --exclude-standard -- "$@" 2>/dev/null | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
}

sh_files() {
    files | while read -r f; do
        case $f in *.bats) continue ;; esac
        if head -c 60 "$f" | grep -aqE '^#!.*[/ ](ba|da)?sh( |$)'; then echo "$f"; fi
    done
}

@test "shell scripts pass shellcheck" {
    run bash -c "$(declare -f files sh_files); sh_files | xargs shellcheck -x -e SC1091"
    assert_success
}

# Their variables come from the file that loads them and go back to it, which shellcheck cannot see.
@test "functions of the tests pass shellcheck" {
    run bash -c "$(declare -f files); files 'tests/*.bash' | xargs shellcheck --shell=bash -e SC1091,SC2034,SC2154"
    assert_success
}

@test "C passes cppcheck" {
    run cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,portability,performance \
        --suppress=missingIncludeSystem --suppressions-list=.cppcheck --std=c11 -D__linux__ -D_GNU_SOURCE \
        -DVERSION='"1"' -DCOMMIT='"1"' -j 2 -I src src client
    assert_success
}

# The programs for Linux: what is for macOS alone has headers that are not here.
@test "C passes clang-tidy" {
    command -v clang-tidy >/dev/null || skip "needs clang-tidy"
    printf '#define VERSION "1"\n#define COMMIT "1"\n' >"$BATS_TEST_TMPDIR/version.h"
    export TIDY_FLAGS="-std=gnu11 -D_GNU_SOURCE -Isrc -include $BATS_TEST_TMPDIR/version.h \
        $(pkg-config --cflags libcjson yaml-0.1 libnl-3.0 libnl-route-3.0 libcap-ng libseccomp libcurl nettle)"
    # shellcheck disable=SC2016 # that shell expands
    run bash -c "$(declare -f files); files 'src/*.c' 'client/*.c' | grep -v -e _darwin.c -e interface_vmnet.c |
        "'xargs -P 2 -n 8 sh -c '"'"'clang-tidy --quiet "$@" -- $TIDY_FLAGS 2>/dev/null'"'"' sh'
    assert_success
}

@test "no tabs or trailing blanks in C" {
    run grep -nEr --include='*.[ch]' -e "$(printf '\t')" -e '[ ]+$' src client tests
    assert_output ""
}

# A message stays whole, so that it can be searched for.
@test "no lines over 120 in C but for those that hold a text" {
    run bash -c 'grep -nEr --include="*.[ch]" "^[^\"]{121,}$" src client'
    assert_output ""
}

@test "C files hold one job: none has over 500 lines" {
    run bash -c "$(declare -f files); files 'src/*.[ch]' 'client/*.[ch]' | xargs awk 'FNR == 501 { print FILENAME }'"
    assert_output ""
}

# What runs with privilege and is ours alone: src/helper/root_phase.h. The network's making is counted apart.
@test "the root phase is small: its lines are under 300" {
    run bash -c 'cat src/helper/start.c src/helper/root_phase.c src/helper/privileges_linux.c | grep -vc "^ *$"'
    [ "$output" -lt 300 ]
    run bash -c 'cat src/helper/start.c src/helper/root_phase.c src/helper/privileges_darwin.c | grep -vc "^ *$"'
    [ "$output" -lt 300 ]
}

@test "the root phase allocates nothing, starts no shell, and writes no file" {
    run grep -nE '\b(malloc|calloc|realloc|strdup|alloca|system|popen|exec[a-z]*|posix_spawn[p]?|fopen|sprintf|strcat|O_CREAT|O_WRONLY\b.*open)\b *\(' \
        src/helper/start.c src/helper/root_phase.c src/helper/privileges_linux.c src/helper/privileges_darwin.c
    assert_output ""
}

# A program is started by its whole path, and by nobody's PATH.
@test "nothing in the helper looks a program up in PATH" {
    run grep -nrE '\b(system|popen|exec[vl]pe?|execvpe|posix_spawnp|wordexp)\b *\(' src/helper
    assert_output ""
}

@test "man pages pass mandoc" {
    [ -n "$(files 'man/*')" ] || skip "no man pages yet"
    # shellcheck disable=SC2046 # a word for each page
    run mandoc -T lint -W warning $(files 'man/*.[1-8]')
    assert_output ""
}

@test "relative links in the documents lead somewhere" {
    run bash -c "$(declare -f files); "'
        files "*.md" | while read -r f; do
            grep -oE "\]\([^)# ]+" "$f" | cut -c3- | grep -v "^https\?:" | while read -r link; do
                [ -e "$(dirname "$f")/$link" ] || echo "$f: $link"
            done
        done'
    assert_output ""
}

# The tables that map what is asked for to tests: `tests/FILE`: "a part of its title".
@test "each test that the tables of threat-model.md and tests/compat/README.md name is there" {
    local file title
    grep -ohE '`tests/[^`]+`: "[^"]+"' docs/threat-model.md tests/compat/README.md >"$BATS_TEST_TMPDIR/named"
    while IFS='`"' read -r _ file _ title _; do
        grep -qF -- "$title" "$file" || fail "$file has no test \"$title\""
    done <"$BATS_TEST_TMPDIR/named"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -gt 60 ]
}
