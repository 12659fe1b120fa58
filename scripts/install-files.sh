#!/bin/sh
# What `make install` does: put the programs and all that belongs to them below a prefix.
#
#   install-files.sh install BIN PREFIX [DESTDIR]     BIN: the folder of the built programs
#   install-files.sh uninstall PREFIX [DESTDIR]
#
# The files are listed in share/vmnet-helper/manifest: what a newer version does not have any more
# is removed by its installation, and `uninstall` removes what was installed, whichever version it
# is of. Works with the tools of macOS too.
set -eu
umask 022

here=$(cd "$(dirname "$0")/.." && pwd)
data=share/vmnet-helper
manifest=$data/manifest

programs="vmnet-helper vmnet-client vmnet-harness vmnet-bench"

fail() {
    echo "install: $*" >&2
    exit 1
}

# The prefix stands in files and in commands: one way to write it.
check_prefix() {
    case $prefix in
    /*) ;;
    *) fail "PREFIX must be an absolute path, not \"$prefix\"" ;;
    esac
    case $prefix in
    */../*|*/..|*[!A-Za-z0-9/._+@-]*) fail "PREFIX \"$prefix\" has characters that a path of programs should not have" ;;
    esac
}

# put MODE SOURCE NAME: NAME is below the prefix. By a rename: a program that runs is not overwritten.
put() {
    mkdir -p "$(dirname "$root/$3")"
    rm -f "$root/$3.new"
    cp "$2" "$root/$3.new"
    chmod "$1" "$root/$3.new"
    mv -f "$root/$3.new" "$root/$3"
    echo "$3" >>"$list"
}

link() {
    mkdir -p "$(dirname "$root/$2")"
    rm -f "$root/$2"
    ln -s "$1" "$root/$2"
    echo "$2" >>"$list"
}

put_programs() {
    for program in $programs; do
        put 755 "$bin/$program" "bin/$program"
    done
    link vmnet-client bin/vmnet-run
}

# What is for Linux alone: the helper without sudo, and the unit that keeps a network up for that.
put_linux() {
    case ${OS:-$(uname -s)} in
    Darwin|darwin) return 0 ;;
    esac
    put 755 "$here/packaging/libexec/capability" libexec/vmnet-helper/capability
    sed "s|/opt/vmnet-helper/bin/|$prefix/bin/|g" "$here/packaging/systemd/vmnet-network.service" >"$list.sudoers"
    put 644 "$list.sudoers" "$data/systemd/vmnet-network.service"
}

# The capability of the helper's file, if this installation has it: capability refresh, capability disable.
capability() {
    if [ -z "$destdir" ] && [ -x "$root/libexec/vmnet-helper/capability" ] && [ -f /etc/vmnet-helper/capability ] &&
        "$root/libexec/vmnet-helper/capability" status | grep -q ^enabled; then
        "$root/libexec/vmnet-helper/capability" "$1"
    fi
}

put_data() {
    (cd "$here" && find benchmarks plots images -type f) | LC_ALL=C sort | while IFS= read -r file; do
        mode=644
        [ ! -x "$here/$file" ] || mode=755
        put "$mode" "$here/$file" "$data/$file"
    done
    put 644 "$here/VERSION" "$data/VERSION"
    sed "s|/opt/vmnet-helper/bin/|$prefix/bin/|g" "$here/packaging/sudoers.d/vmnet-helper" >"$list.sudoers"
    put 644 "$list.sudoers" "$data/sudoers.d/vmnet-helper"
    put 644 "$here/LICENSE" share/doc/vmnet-helper/LICENSE
    for file in README.md CHANGELOG.md SECURITY.md; do
        put 644 "$here/$file" "share/doc/vmnet-helper/$file"
    done
}

put_pages() {
    for page in "$here"/man/*.[1-8]; do
        name=$(basename "$page")
        if [ -L "$page" ]; then
            link "$(readlink "$page")" "share/man/man${name##*.}/$name"
        else
            put 644 "$page" "share/man/man${name##*.}/$name"
        fi
    done
}

# One file for each shell, with a name for each program where the shell looks it up by that.
put_completions() {
    put 644 "$here/completions/vmnet-helper.bash" share/bash-completion/completions/vmnet-helper
    put 644 "$here/completions/vmnet-helper.fish" share/fish/vendor_completions.d/vmnet-helper.fish
    put 644 "$here/completions/_vmnet-helper" share/zsh/site-functions/_vmnet-helper
    for program in vmnet-client vmnet-run vmnet-harness vmnet-bench; do
        link vmnet-helper "share/bash-completion/completions/$program"
        link vmnet-helper.fish "share/fish/vendor_completions.d/$program.fish"
    done
}

# Remove the files that the first list has and the second does not, then the folders that are empty.
remove_files() {
    LC_ALL=C sort "$1" | while IFS= read -r file; do
        # A manifest that somebody changed leads nowhere else.
        case $file in
        ""|/*|../*|*/../*|*/..) continue ;;
        esac
        grep -qxF -e "$file" "$2" || rm -f "$root/$file"
    done
    LC_ALL=C sort -r "$1" | while IFS= read -r file; do
        folder=$(dirname "$file")
        while [ "$folder" != . ]; do
            # Other packages take these for granted.
            case $prefix/$folder in
            /usr/bin|/usr/share|/usr/local/bin|/usr/local/share|/usr/local/share/man) break ;;
            esac
            rmdir "$root/$folder" 2>/dev/null || break
            folder=$(dirname "$folder")
        done
    done
}

install_all() {
    list=$(mktemp "${TMPDIR:-/tmp}/vmnet-install.XXXXXX")
    trap 'rm -f "$list" "$list.sudoers" "$list.old"' EXIT
    for program in $programs; do
        [ -f "$bin/$program" ] || fail "$bin/$program is missing: run make first"
    done
    : >"$list.old"
    [ ! -f "$root/$manifest" ] || cat "$root/$manifest" >"$list.old"
    put_programs
    put_linux
    put_data
    put_pages
    put_completions
    echo "$manifest" >>"$list"
    remove_files "$list.old" "$list"
    LC_ALL=C sort "$list" >"$list.sudoers"
    put 644 "$list.sudoers" "$manifest"
    capability refresh
}

uninstall_all() {
    [ -f "$root/$manifest" ] || fail "nothing is installed in $root: it has no $manifest"
    list=$(mktemp "${TMPDIR:-/tmp}/vmnet-install.XXXXXX")
    trap 'rm -f "$list"' EXIT
    cat "$root/$manifest" >"$list"
    capability disable
    remove_files "$list" /dev/null
}

case ${1:-} in
install)
    bin=$2 prefix=${3%/}
    check_prefix
    destdir=${4:-}
    root=$destdir$prefix
    install_all
    ;;
uninstall)
    prefix=${2%/}
    check_prefix
    destdir=${3:-}
    root=$destdir$prefix
    uninstall_all
    ;;
*)
    fail "usage: install-files.sh install BIN PREFIX [DESTDIR] | uninstall PREFIX [DESTDIR]"
    ;;
esac
