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
        head -c 60 "$f" | grep -aqE '^#!.*[/ ](ba|da)?sh( |$)' && echo "$f"
    done
    files '*.bash'
}

@test "shell scripts pass shellcheck" {
    run bash -c "$(declare -f files sh_files); sh_files | sort -u | grep -v '^completions/' | xargs shellcheck -x -e SC1091"
    assert_success
}

@test "C passes cppcheck" {
    run cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,portability,performance \
        --suppress=missingIncludeSystem --suppressions-list=.cppcheck --std=c11 -D__linux__ -D_GNU_SOURCE \
        -DVERSION='"1"' -DCOMMIT='"1"' -j 2 -I src src client
    assert_success
}

@test "no tabs, trailing blanks or lines over 120 in C" {
    run grep -nEr --include='*.[ch]' -e "$(printf '\t')" -e '[ ]+$' -e '^.{121,}$' src client tests
    assert_failure
    refute_output --regexp .
}

@test "C files hold one job: none has over 600 lines" {
    run awk 'FNR == 601 { print FILENAME }' $(files '*.c' '*.h')
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
            grep -oE "\]\([^)#: ]+" "$f" | cut -c3- | while read -r link; do
                [ -e "$(dirname "$f")/$link" ] || echo "$f: $link"
            done
        done'
    assert_output ""
}
