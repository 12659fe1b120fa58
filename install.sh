#!/bin/sh
# Install vmnet-helper from a release, upgrade it, or remove it. Linux and macOS.
#
#   curl -fsSL .../install.sh | bash              as yourself: sudo is used where root is needed
#   sh install.sh [--version V] [--prefix DIR] [--sudoers] [--force]
#   sh install.sh --uninstall [--prefix DIR]
#
#   VMNET_INTERACTIVE=0   ask nothing; without --sudoers sudo is then left as it is
#   VMNET_BASE_URL        where the releases are
#   VMNET_RELEASE_KEY     the public key that their checksums are signed with
#
# Theory of operation. Nothing of what was fetched is used before its sum and the signature of the
# list of sums are found right. All is unpacked and checked beside the place where it will be, and
# put there by one rename: whoever looks, whenever, and whatever ends this script, finds the old
# installation, the new one, or none, and never a part of one. What a killed run left behind is
# removed by the next one. The folder must be one that only root can write, up to the root of the
# file system, because sudo will run a program from it; the rule for sudo is for one group and for
# that one program, is checked by visudo before sudo sees it, and is put in place by a rename too.
#
# All is in functions, so that a script that was cut off on its way runs nothing.
set -eu

# Written in here when a release is made (scripts/release-installer.sh); empty in the source tree.
default_base_url=""
default_release_key=""

say() {
    printf '%s\n' "$*"
}

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

usage() {
    cat <<'USAGE'
Usage: install.sh [--version V] [--prefix DIR] [--sudoers] [--force]
       install.sh --uninstall [--prefix DIR]

Install vmnet-helper from a release, upgrade it, or remove it.

Options:
  --version V     this version, not the latest
  --prefix DIR    where to (default: /opt/vmnet-helper); a folder of its own, which only root can write
  --sudoers       let the group vmnet run vmnet-helper by sudo without a password; do not ask
  --force         also install an older version than is there
  --uninstall     remove what was installed
  --help          print this help

VMNET_INTERACTIVE=0 in the environment: ask nothing.
USAGE
}

parse() {
    base_url=${VMNET_BASE_URL:-$default_base_url}
    release_key=${VMNET_RELEASE_KEY:-$default_release_key}
    version=${VMNET_VERSION:-}
    prefix=/opt/vmnet-helper
    action=install
    force=no
    sudoers=ask
    [ "${VMNET_INTERACTIVE:-1}" != 0 ] || sudoers=no
    while [ $# -gt 0 ]; do
        case $1 in
        --version|--prefix)
            [ $# -gt 1 ] || fail "$1 needs a value"
            case $1 in
            --version) version=$2 ;;
            --prefix)  prefix=${2%/} ;;
            esac
            shift
            ;;
        --sudoers)   sudoers=yes ;;
        --force)     force=yes ;;
        --uninstall) action=uninstall ;;
        --help|-h)   usage; exit 0 ;;
        *)           fail "unknown option \"$1\": see --help" ;;
        esac
        shift
    done
    version=${version#v}
    case $version in
    *[!0-9A-Za-z.+-]*) fail "\"$version\" is not a version" ;;
    esac
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

detect_platform() {
    case $(uname -s) in
    Linux)  os=linux ;;
    Darwin) os=darwin ;;
    *)      fail "no release for $(uname -s): build it from the source" ;;
    esac
    case $(uname -m) in
    x86_64|amd64)  arch=x86_64 ;;
    arm64|aarch64) arch=arm64 ;;
    *)             fail "no release for $(uname -m): build it from the source" ;;
    esac
}

# ---- The place

# Whoever can write a folder above a program that root runs is root.
check_folder() {
    [ ! -L "$1" ] || fail "$1 is a symbolic link: give --prefix the real path"
    [ -d "$1" ] || fail "$1 is not a folder"
    # shellcheck disable=SC2012 # the only portable way to owner and mode
    facts=$(ls -ldn "$1" | awk '{ print $1, $3 }')
    case ${facts#* } in
    0) ;;
    *) fail "$1 belongs to a user who is not root, who could replace what sudo runs: choose another --prefix" ;;
    esac
    case ${facts% *} in
    ?????w*|????????w*) fail "$1 can be written by others than root, who could replace what sudo runs: choose another --prefix" ;;
    *+)                 fail "$1 has an access control list, which may let others write: choose another --prefix" ;;
    esac
}

# Each folder from the root on, as far as they are there.
check_prefix() {
    case $prefix in
    /*/*) ;;
    *) fail "--prefix must be an absolute path with two names at least, like /opt/vmnet-helper" ;;
    esac
    case $prefix in
    */../*|*/..|*/./*|*/.|*//*|*[!A-Za-z0-9/._+@-]*) fail "--prefix \"$prefix\" is not a plain path" ;;
    esac
    check_folder /
    rest=${prefix#/}
    folder=
    while [ -n "$rest" ]; do
        folder=$folder/${rest%%/*}
        case $rest in
        */*) rest=${rest#*/} ;;
        *)   rest= ;;
        esac
        if [ ! -e "$folder" ] && [ ! -L "$folder" ]; then
            break
        fi
        check_folder "$folder"
    done
}

# A file in the folder that we did not put there: the folder is not ours to replace.
foreign_file() {
    (cd "$prefix" && find . ! -type d | sed 's|^\./||' | LC_ALL=C sort) >"$work/found"
    if [ -f "$prefix/share/vmnet-helper/manifest" ]; then
        LC_ALL=C sort "$prefix/share/vmnet-helper/manifest" >"$work/ours"
    else
        : >"$work/ours"
    fi
    LC_ALL=C comm -23 "$work/found" "$work/ours" | head -n 1
}

check_ours() {
    [ -e "$prefix" ] || return 0
    foreign=$(foreign_file)
    [ -z "$foreign" ] || fail "$prefix/$foreign is not of vmnet-helper: give --prefix a folder of its own"
}

# ---- One at a time, and what a killed run left

take_lock() {
    parent=$(dirname "$prefix")
    lock=$parent/.$(basename "$prefix").lock
    stage=$parent/.$(basename "$prefix").stage
    as_root mkdir -p -m 755 "$parent"
    tries=0
    # A link is made or not, in one step, and says whose it is.
    until as_root ln -s "$$" "$lock" 2>/dev/null; do
        holder=$(readlink "$lock" 2>/dev/null || true)
        case $holder in
        ""|*[!0-9]*|"$$") ;;
        *) ! as_root kill -0 "$holder" 2>/dev/null || fail "another install.sh works on $prefix (process $holder; if that is something else, remove $lock)" ;;
        esac
        as_root rm -f "$lock"
        tries=$((tries + 1))
        [ "$tries" -lt 5 ] || fail "cannot make $lock"
    done
    locked=yes
    as_root rm -rf "$stage"
}

finish() {
    status=$?
    trap - EXIT
    [ -z "${work:-}" ] || rm -rf "$work"
    if [ "${locked:-no}" = yes ]; then
        as_root rm -rf "$stage"
        as_root rm -f "$lock"
    fi
    exit "$status"
}

begin() {
    work=
    trap finish EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-helper.XXXXXX")
}

# ---- Fetching

# fetch NAME: from the release into $work/NAME.
fetch() {
    case $base_url in
    https://*) proto='=https' ;;
    *)         proto='=http,https,file' ;;
    esac
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --proto "$proto" --retry 3 --connect-timeout 20 --max-filesize 200000000 -o "$work/$1" "$release_url/$1" ||
            fail "cannot fetch $release_url/$1"
    elif command -v wget >/dev/null 2>&1; then
        wget -q --tries=3 -O "$work/$1" "$release_url/$1" || fail "cannot fetch $release_url/$1"
    else
        fail "needs curl or wget"
    fi
}

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1"
    else
        shasum -a 256 "$1"
    fi | cut -d' ' -f1
}

verify_signature() {
    command -v ssh-keygen >/dev/null 2>&1 || fail "needs ssh-keygen, of OpenSSH 8.2 or later, to verify the signature"
    printf 'release@vmnet-helper %s\n' "$release_key" >"$work/signers"
    ssh-keygen -Y verify -f "$work/signers" -I release@vmnet-helper -n vmnet-helper -s "$work/SHA256SUMS.sig" \
        <"$work/SHA256SUMS" >/dev/null 2>&1 ||
        fail "the signature of $release_url/SHA256SUMS is not that of the release key: nothing was installed"
}

# The archive for this machine, into $work/archive; sets $version.
fetch_release() {
    [ -n "$base_url" ] || fail "this copy is not of a release: set VMNET_BASE_URL to where the releases are"
    [ -n "$release_key" ] || fail "this copy is not of a release: set VMNET_RELEASE_KEY to the public key of the releases"
    release_url=${base_url%/}/latest/download
    [ -z "$version" ] || release_url=${base_url%/}/download/v$version

    fetch SHA256SUMS
    fetch SHA256SUMS.sig
    verify_signature
    line=$(awk -v os="$os" -v arch="$arch" '
        $2 ~ /^vmnet-helper-[0-9][0-9A-Za-z._+-]*\.tar\.gz$/ {
            end = "-" os "-" arch ".tar.gz"
            if (substr($2, length($2) - length(end) + 1) == end) { print; exit }
        }' "$work/SHA256SUMS")
    [ -n "$line" ] || fail "the release has no programs for $os on $arch: build it from the source"
    sum=${line%% *}
    archive=${line##* }
    found=${archive#vmnet-helper-}
    found=${found%-"$os"-"$arch".tar.gz}
    [ -z "$version" ] || [ "$version" = "$found" ] || fail "asked for $version and got a release of $found"
    version=$found
    fetch "$archive"
    [ "$(sha256 "$work/$archive")" = "$sum" ] || fail "the sum of $archive is not that of the release: nothing was installed"
}

# ---- Versions

# older A B: is A older than B? Numbers are compared as such; 1.0.0-rc1 is older than 1.0.0.
older() {
    [ "$1" != "$2" ] || return 1
    awk -v a="$1" -v b="$2" 'BEGIN {
        sub(/\+.*/, "", a); sub(/\+.*/, "", b)
        pre_a = a ~ /-/ ? substr(a, index(a, "-") + 1) : ""; sub(/-.*/, "", a)
        pre_b = b ~ /-/ ? substr(b, index(b, "-") + 1) : ""; sub(/-.*/, "", b)
        split(a, x, "."); split(b, y, ".")
        for (i = 1; i <= 3; i++) if (x[i] + 0 != y[i] + 0) exit !(x[i] + 0 < y[i] + 0)
        if (pre_a == "" || pre_b == "") exit !(pre_a != "" && pre_b == "")
        exit !(pre_a < pre_b)
    }'
}

installed_version() {
    cat "$prefix/share/vmnet-helper/VERSION" 2>/dev/null || true
}

# ---- Staging, checking, renaming

# Unpack to the stage, as root's files with no more rights than they need.
unpack() {
    tar -tzf "$work/$archive" >"$work/names" || fail "$archive is damaged"
    if grep -qvE '^vmnet-helper(/|$)' "$work/names" || grep -qE '(^|/)\.\.(/|$)' "$work/names"; then
        fail "$archive has files that do not belong there"
    fi
    as_root mkdir -m 700 "$stage"
    as_root tar -xzof "$work/$archive" -C "$stage"
    as_root chown -R 0:0 "$stage/vmnet-helper"
    as_root chmod -R u+rwX,go+rX,go-w,ug-s "$stage/vmnet-helper"
}

check_stage() {
    as_root test -f "$stage/vmnet-helper/share/vmnet-helper/manifest" || fail "$archive has no list of its files"
    told=$(as_root "$stage/vmnet-helper/bin/vmnet-helper" --version 2>"$work/errors" | sed -n 's/^version: v//p') || true
    if [ "$told" != "$version" ]; then
        cat "$work/errors" >&2
        fail "the programs of $archive do not run here (see above): the previous state is kept"
    fi
}

# exchange A B: both names change places in one step, where the system can do that.
exchange() {
    as_root mv --exchange -T "$1" "$2" 2>/dev/null && return 0
    case $os-$(uname -m) in
    linux-x86_64)  call=316 here=-100 ;;
    linux-aarch64) call=276 here=-100 ;;
    darwin-*)      call=488 here=-2 ;;
    *)             return 1 ;;
    esac
    # renameat2(2) with RENAME_EXCHANGE; renameatx_np(2) with RENAME_SWAP. Both are 2.
    # shellcheck disable=SC2016 # perl's variables
    as_root perl -e 'exit(syscall($ARGV[0] + 0, $ARGV[1] + 0, $ARGV[2], $ARGV[1] + 0, $ARGV[3], 2) == 0 ? 0 : 1)' \
        "$call" "$here" "$1" "$2" 2>/dev/null
}

put_in_place() {
    if [ ! -e "$prefix" ]; then
        as_root mv "$stage/vmnet-helper" "$prefix"
    elif ! exchange "$stage/vmnet-helper" "$prefix"; then
        # Two steps then; whoever ends this by a signal that can be caught has to wait for both.
        trap '' HUP INT TERM
        as_root mv "$prefix" "$stage/old"
        as_root mv "$stage/vmnet-helper" "$prefix" || as_root mv "$stage/old" "$prefix"
        trap 'exit 143' HUP INT TERM
    fi
}

# ---- sudo

rule=/etc/sudoers.d/vmnet-helper
mark="# Made by install.sh of vmnet-helper"

# ask QUESTION: from the terminal, because the standard input may be this script.
ask() {
    # The test in a shell of its own: where there is no terminal, opening it ends the shell.
    (: <>/dev/tty) 2>/dev/null || return 1
    printf '%s [y/N] ' "$1" >/dev/tty
    read -r answer </dev/tty || return 1
    case $answer in
    y|Y|yes|YES) return 0 ;;
    *) return 1 ;;
    esac
}

group_exists() {
    if [ "$os" = darwin ]; then
        dseditgroup -o read vmnet >/dev/null 2>&1
    else
        getent group vmnet >/dev/null
    fi
}

make_group() {
    if [ "$os" = darwin ]; then
        as_root dseditgroup -o create -q vmnet
    else
        as_root groupadd --system vmnet
    fi
}

add_to_group() {
    if [ "$os" = darwin ]; then
        as_root dseditgroup -o edit -q -a "$1" -t user vmnet
    else
        as_root usermod -a -G vmnet "$1"
    fi
}

rule_text() {
    cat <<RULE
$mark; $1
# Members of the group vmnet may run this one program as root without a password.
%vmnet ALL=(root) NOPASSWD: NOSETENV: $prefix/bin/vmnet-helper
Defaults!$prefix/bin/vmnet-helper closefrom_override
RULE
}

install_rule() {
    command -v visudo >/dev/null 2>&1 || fail "there is no visudo to check the rule for sudo with: install sudo, or do without --sudoers"
    if [ -e "$rule" ] && ! as_root grep -qF "$mark" "$rule"; then
        fail "$rule is somebody else's: remove it, or do without --sudoers"
    fi
    made="the group vmnet was there before"
    if as_root grep -qs 'the group vmnet was made for it' "$rule"; then
        made="the group vmnet was made for it"
    fi
    if ! group_exists; then
        made="the group vmnet was made for it"
    fi
    rule_text "$made" >"$work/rule"
    visudo -cqf "$work/rule" >/dev/null || fail "the rule for sudo is not one that sudo takes: left out"
    # sudo does not read names with a dot. The rule is first: who made the group is then on record.
    as_root cp "$work/rule" "$rule.new"
    as_root chown 0:0 "$rule.new"
    as_root chmod 440 "$rule.new"
    as_root mv -f "$rule.new" "$rule"
    group_exists || make_group
    user=${SUDO_USER:-$(id -un)}
    if [ "$user" != root ]; then
        add_to_group "$user"
        say "$user is in the group vmnet from the next login on."
    else
        say "Add users to the group vmnet, and they may run vmnet-helper by sudo."
    fi
    say "$rule: members of the group vmnet may run $prefix/bin/vmnet-helper by sudo without a password."
}

offer_rule() {
    case $sudoers in
    ask)
        if ask "Let the group vmnet run $prefix/bin/vmnet-helper by sudo without a password?"; then
            install_rule
        fi
        ;;
    yes) install_rule ;;
    no)  ;;
    esac
}

remove_rule() {
    as_root rm -f "$rule.new"
    if as_root test -f "$rule" && as_root grep -qF "$mark" "$rule" && as_root grep -qF " $prefix/bin/vmnet-helper" "$rule"; then
        # The rule is last: it is the record of who made the group.
        if as_root grep -qF 'the group vmnet was made for it' "$rule" && group_exists; then
            if [ "$os" = darwin ]; then
                as_root dseditgroup -o delete -q vmnet
            else
                as_root groupdel vmnet
            fi
        fi
        as_root rm -f "$rule"
    fi
}

# ---- The capability of the file (Linux), which an upgrade sets again: see libexec/vmnet-helper/capability

capability() {
    [ "$os" = linux ] && [ -f /etc/vmnet-helper/capability ] || return 0
    as_root test -x "$prefix/libexec/vmnet-helper/capability" || return 0
    case $(as_root "$prefix/libexec/vmnet-helper/capability" status) in
    enabled*) as_root "$prefix/libexec/vmnet-helper/capability" "$1" ;;
    esac
}

# ---- The two things it does

install_all() {
    detect_platform
    check_prefix
    fetch_release
    take_lock
    check_ours
    present=$(installed_version)
    if [ "$present" = "$version" ] && [ "$force" = no ]; then
        say "vmnet-helper $version is installed in $prefix already."
    else
        if [ -n "$present" ] && older "$version" "$present" && [ "$force" = no ]; then
            fail "$prefix has $present, which is newer than $version: --force installs the older one"
        fi
        unpack
        check_stage
        put_in_place
        say "vmnet-helper $version is installed in $prefix${present:+, in place of $present}."
    fi
    capability refresh
    offer_rule
    say "Programs: $prefix/bin. Manual: man -M $prefix/share/man vmnet-helper"
}

uninstall_all() {
    detect_platform
    check_prefix
    take_lock
    check_ours
    remove_rule
    capability disable
    if [ ! -e "$prefix" ]; then
        say "vmnet-helper is not installed in $prefix."
        return
    fi
    # One rename takes it out of sight; then it may take its time.
    as_root mkdir -m 700 "$stage"
    as_root mv "$prefix" "$stage/old"
    as_root rm -rf "$stage"
    say "vmnet-helper is removed from $prefix."
}

main() {
    umask 022
    PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin
    export PATH
    parse "$@"
    begin
    case $action in
    install)   install_all ;;
    uninstall) uninstall_all ;;
    esac
}

main "$@"
