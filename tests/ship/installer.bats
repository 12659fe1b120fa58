# install.sh: from a file server into an empty /opt, with an /etc of the test's own.

bats_require_minimum_version 1.5.0
load ../lib/common
load installer

setup() {
    sandbox_make
}

teardown() {
    sandbox_remove
}

as_root_owned() {
    inside stat -c '%a %u' "$@" | sort -u
}

@test "a file, by dash: the latest release is installed where callers look, as root's" {
    release 1.0.0
    release 1.1.0
    shell=dash run installer
    assert_success
    assert_line "vmnet-helper 1.1.0 is installed in /opt/vmnet-helper."
    assert_equal "$(installed)" 1.1.0
    assert_equal "$(as_root_owned /opt/vmnet-helper /opt/vmnet-helper/bin /opt/vmnet-helper/bin/vmnet-helper)" "755 0"
    [ ! -e "$place/etc/sudoers.d/vmnet-helper" ]
    run nothing_half
    assert_output ""
}

@test "through a pipe, by bash, as callers' CI does it" {
    release 1.0.0
    run inside_clean bash <"$place/install.sh"
    assert_success
    assert_equal "$(installed)" 1.0.0
}

@test "a script that was cut off does nothing" {
    release 1.0.0
    head -c $(($(stat -c %s "$place/install.sh") / 2)) "$place/install.sh" >"$place/cut"
    run inside_clean bash <"$place/cut"
    inside test ! -e /opt/vmnet-helper
}

@test "twice is the same; --version, upgrade, downgrade" {
    release 1.0.0
    release 1.10.0
    run installer --version 1.0.0
    assert_success
    inside test -e /opt/vmnet-helper/share/vmnet-helper/only-in-1.0.0
    run installer --version v1.0.0
    assert_success
    assert_output --partial "is installed in /opt/vmnet-helper already"
    run installer
    assert_success
    assert_output --partial "in place of 1.0.0"
    assert_equal "$(installed)" 1.10.0
    is_whole
    release 1.9.0
    run installer
    assert_failure
    assert_output --partial "has 1.10.0, which is newer than 1.9.0: --force"
    assert_equal "$(installed)" 1.10.0
    run installer --force
    assert_success
    assert_equal "$(installed)" 1.9.0
    is_whole
    run nothing_half
    assert_output ""
}

@test "--sudoers: a rule for a group of its own and the one path, read-only; removed with the rest" {
    release 1.0.0
    mkdir "$place/before"
    cp -a "$place"/etc/{passwd,group,sudoers.d} "$place/before"
    run installer --sudoers
    assert_success
    assert_equal "$(as_root_owned /etc/sudoers.d/vmnet-helper)" "440 0"
    inside visudo -cq
    run inside grep -v '^#' /etc/sudoers.d/vmnet-helper
    assert_output "%vmnet ALL=(root) NOPASSWD: NOSETENV: /opt/vmnet-helper/bin/vmnet-helper
Defaults!/opt/vmnet-helper/bin/vmnet-helper closefrom_override"
    inside getent group vmnet
    # The rule does what it says: for a member this program, and no other.
    inside useradd --no-create-home -G vmnet member
    run inside setpriv --reuid member --regid member --init-groups sudo --non-interactive --close-from=4 /opt/vmnet-helper/bin/vmnet-helper --version
    assert_success
    assert_line "version: v1.0.0"
    run inside setpriv --reuid member --regid member --init-groups sudo --non-interactive /bin/true
    assert_failure
    inside userdel member
    run installer --sudoers
    assert_success
    run installer --uninstall
    assert_success
    inside test ! -e /opt/vmnet-helper
    inside test ! -e /etc/sudoers.d/vmnet-helper
    run inside getent group vmnet
    assert_failure
    run inside ls -A /opt
    assert_output ""
    for file in passwd group sudoers.d; do
        diff -r "$place/before/$file" "$place/etc/$file"
    done
}

@test "a group that was there before stays" {
    release 1.0.0
    inside groupadd --system vmnet
    run installer --sudoers
    assert_success
    run installer --uninstall
    assert_success
    inside getent group vmnet
    inside test ! -e /etc/sudoers.d/vmnet-helper
}

@test "a rule that somebody else wrote stays as it is" {
    release 1.0.0
    echo "# mine" >"$place/etc/sudoers.d/vmnet-helper"
    run installer --sudoers
    assert_failure
    assert_output --partial "somebody else's"
    run installer --uninstall
    assert_success
    run cat "$place/etc/sudoers.d/vmnet-helper"
    assert_output "# mine"
}

# asked ANSWER: at a terminal, whose input is not the script's.
asked() {
    inside_clean python3 - "$1" "$place/install.sh" <<'PYTHON'
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(os.open(sys.argv[2], os.O_RDONLY), 0)
    os.execvp("bash", ["bash"])
said = b""
answered = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    said += data
    if b"[y/N]" in said and not answered:
        os.write(terminal, sys.argv[1].encode() + b"\n")
        answered = True
print(said.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
}

@test "asked at the terminal: no is no rule, yes is one" {
    release 1.0.0
    interactive=1 run asked n
    assert_success
    assert_output --partial "[y/N]"
    inside test ! -e /etc/sudoers.d/vmnet-helper
    interactive=1 run asked y
    assert_success
    inside test -e /etc/sudoers.d/vmnet-helper
}

@test "nobody to ask: no rule" {
    release 1.0.0
    interactive=1 run inside setsid --wait env -i PATH="$PATH" VMNET_BASE_URL=http://127.0.0.1:8000 \
        VMNET_RELEASE_KEY="$(cut -d' ' -f1,2 "$place/key.pub")" sh "$place/install.sh" </dev/null
    assert_success
    inside test ! -e /etc/sudoers.d/vmnet-helper
}

@test "as a user, through sudo" {
    release 1.0.0
    inside useradd --no-create-home person
    echo "person ALL=(ALL) NOPASSWD: ALL" >"$place/etc/sudoers.d/person"
    chmod 440 "$place/etc/sudoers.d/person"
    run inside setpriv --reuid person --regid person --init-groups env -i PATH="$PATH" VMNET_INTERACTIVE=0 \
        VMNET_BASE_URL=http://127.0.0.1:8000 VMNET_RELEASE_KEY="$(cut -d' ' -f1,2 "$place/key.pub")" bash -s -- --sudoers <"$place/install.sh"
    assert_success
    assert_output --partial "person is in the group vmnet"
    assert_equal "$(installed)" 1.0.0
    assert_equal "$(as_root_owned /opt/vmnet-helper /opt/vmnet-helper/bin/vmnet-helper)" "755 0"
    run inside id -nG person
    assert_output --partial vmnet
    run nothing_half
    assert_output ""
}

@test "a sum, a signature, a key that is wrong: nothing is installed" {
    release 1.0.0
    local files=$place/www/download/v1.0.0
    cp -a "$files" "$place/good"
    for archive in "$files"/*.tar.gz; do
        echo more >>"$archive"
    done
    run installer
    assert_failure
    assert_output --partial "sum of vmnet-helper-1.0.0"
    "$root/scripts/checksums.sh" "$files"
    cp "$place/good/SHA256SUMS.sig" "$files"
    run installer
    assert_failure
    assert_output --partial "signature"
    rm "$files/SHA256SUMS.sig"
    run installer
    assert_failure
    assert_output --partial "cannot fetch"
    ssh-keygen -q -t ed25519 -N '' -f "$place/other"
    "$root/scripts/checksums.sh" "$files" "$place/other"
    run installer
    assert_failure
    assert_output --partial "signature"
    inside test ! -e /opt/vmnet-helper
    run nothing_half
    assert_output ""
}

@test "programs that do not run here change nothing" {
    release 1.0.0
    run installer
    assert_success
    release 1.1.0
    rm -rf "$place/www/download/v1.1.0"
    release 1.1.0 "exit 1"
    sed -i 's/^echo "version.*/echo broken >\&2/' "$place/tree/vmnet-helper/bin/vmnet-helper"
    for archive in "$place"/www/download/v1.1.0/*.tar.gz; do
        tar -C "$place/tree" -czf "$archive" vmnet-helper
    done
    "$root/scripts/checksums.sh" "$place/www/download/v1.1.0" "$place/key"
    run installer
    assert_failure
    assert_output --partial "broken"
    assert_output --partial "do not run here"
    assert_equal "$(installed)" 1.0.0
    is_whole
}

@test "an archive that would write elsewhere is refused" {
    release 1.0.0
    mkdir -p "$place/evil/vmnet-helper"
    touch "$place/evil/outside" "$place/evil/vmnet-helper/x"
    for archive in "$place"/www/download/v1.0.0/*.tar.gz; do
        tar -C "$place/evil/vmnet-helper" -P -czf "$archive" ../outside x
    done
    "$root/scripts/checksums.sh" "$place/www/download/v1.0.0" "$place/key"
    run installer
    assert_failure
    assert_output --partial "do not belong"
}

@test "a prefix that others could write is refused" {
    release 1.0.0
    inside mkdir -p /opt/theirs /opt/open /opt/group /opt/real
    inside chown 65534 /opt/theirs
    inside chmod 777 /opt/open
    inside chmod 775 /opt/group
    inside ln -s real /opt/link
    for prefix in /opt/theirs/v /opt/open/v /opt/group/v /tmp/v; do
        run installer --prefix "$prefix"
        assert_failure
        assert_output --partial "could replace what sudo runs"
    done
    run installer --prefix /opt/link/v
    assert_failure
    assert_output --partial "symbolic link"
    for prefix in relative /single "/opt/a b" /opt/../etc/v /opt//v; do
        run installer --prefix "$prefix"
        assert_failure
        assert_output --partial "--prefix"
    done
    inside test ! -e /opt/theirs/v
}

@test "--prefix: another place, with its own rule; a folder with other files is refused" {
    release 1.0.0
    run installer --prefix /opt/own/place --sudoers
    assert_success
    prefix=/opt/own/place run installed
    assert_output 1.0.0
    inside grep -q " /opt/own/place/bin/vmnet-helper" /etc/sudoers.d/vmnet-helper
    inside touch /opt/own/place/bin/mine
    for how in --force --uninstall; do
        run installer --prefix /opt/own/place $how
        assert_failure
        assert_output --partial "bin/mine is not of vmnet-helper"
    done
    inside rm /opt/own/place/bin/mine
    run installer --prefix /opt/own/place --uninstall
    assert_success
    inside test ! -e /opt/own/place
}

@test "no release for the machine, no such version, no source set: one line each" {
    release 1.0.0
    run installer --version 3.0.0
    assert_failure
    assert_output --partial "cannot fetch"
    rm "$place"/www/download/v1.0.0/*linux*
    "$root/scripts/checksums.sh" "$place/www/download/v1.0.0" "$place/key"
    run installer
    assert_failure
    assert_output --partial "no programs for linux on"
    run inside env -i PATH="$PATH" sh "$place/install.sh" </dev/null
    assert_failure
    assert_output --partial "VMNET_BASE_URL"
    run installer --nonsense
    assert_failure
    assert_output --partial "unknown option"
    run installer --uninstall
    assert_success
    assert_output --partial "is not installed"
}

@test "two at once: the second says so and changes nothing" {
    release 1.0.0
    # The holder of the lock is a process that lives.
    inside ln -s "$(cat "$place/server.pid")" /opt/.vmnet-helper.lock
    run installer
    assert_failure
    assert_output --partial "another install.sh works on"
    inside test ! -e /opt/vmnet-helper
    inside rm /opt/.vmnet-helper.lock
    # One whose process is gone holds nothing.
    inside ln -s 4194304 /opt/.vmnet-helper.lock
    inside mkdir /opt/.vmnet-helper.stage
    run installer
    assert_success
    run nothing_half
    assert_output ""
}

@test "an upgrade where the system cannot exchange two names" {
    release 1.0.0
    run installer
    assert_success
    release 1.1.0
    mkdir "$place/none"
    printf '#!/bin/sh\nexit 1\n' >"$place/none/perl"
    chmod 755 "$place/none/perl"
    run inside_clean env PATH="$place/none:$PATH" sh "$place/install.sh" </dev/null
    assert_success
    assert_equal "$(installed)" 1.1.0
    is_whole
    run nothing_half
    assert_output ""
}

@test "macOS: its archive, its tools for groups" {
    release 1.0.0
    mkdir "$place/mac"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\ncase $1 in -s) echo Darwin ;; -m) echo arm64 ;; esac\n' >"$place/mac/uname"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "$*" >>"%s"\ncase "$2" in read) test -e "%s" ;; create) touch "%s" ;; delete) rm "%s" ;; esac\n' \
        "$place/mac.log" "$place/mac.group" "$place/mac.group" "$place/mac.group" >"$place/mac/dseditgroup"
    chmod 755 "$place/mac/"*
    mac() {
        inside_clean env PATH="$place/mac:$PATH" "${shell:-sh}" "$place/install.sh" "$@" </dev/null
    }
    run mac --sudoers
    assert_success
    grep -q "GET /latest/download/vmnet-helper-1.0.0-darwin-arm64.tar.gz" "$place/server.log"
    grep -qx -- "-o create -q vmnet" "$place/mac.log"
    run mac --uninstall
    assert_success
    grep -qx -- "-o delete -q vmnet" "$place/mac.log"
    inside test ! -e /opt/vmnet-helper
}

@test "what bash 3.2 and a POSIX shell do not have is not used" {
    dash -n "$place/install.sh"
    shellcheck --shell=sh "$place/install.sh"
    run grep -nE '\[\[|\blocal\b|\bdeclare\b|<<<|\$\{[a-z_]+(\^|,,)|mapfile|&>' "$place/install.sh"
    assert_output ""
}

@test "the copy that a release serves knows where the releases are, and their key" {
    run "$root/scripts/release-installer.sh" https://example.org/releases "$place/key.pub" "$place/served"
    assert_success
    grep -qxF 'default_base_url="https://example.org/releases"' "$place/served"
    grep -qxF "default_release_key=\"$(cut -d' ' -f1,2 "$place/key.pub")\"" "$place/served"
    run diff "$root/install.sh" "$place/served"
    assert_equal "$(grep -c '^[<>]' <<<"$output")" 4
    run "$root/scripts/release-installer.sh" http://example.org "$place/key.pub" "$place/served"
    assert_failure
    run "$root/scripts/release-installer.sh" 'https://example.org/"; id' "$place/key.pub" "$place/served"
    assert_failure
}

# The real programs, in the archive of a real release.
@test "an archive of the programs as they are built" {
    local folder
    folder=$place/www/download/v$(cat "$root/VERSION")
    "$root/scripts/archive.sh" "$bin" "$folder"
    "$root/scripts/checksums.sh" "$folder" "$place/key"
    mkdir "$place/www/latest"
    ln -s "../download/v$(cat "$root/VERSION")" "$place/www/latest/download"
    run installer --sudoers
    assert_success
    is_whole
    run inside env -u VMNET_DATA VMNET_HOME="$place/home" /opt/vmnet-helper/bin/vmnet-harness image list
    assert_success
    assert_output --partial tiny
    # The capability of the file is there after an upgrade too, and goes with the rest.
    inside /opt/vmnet-helper/libexec/vmnet-helper/capability enable
    run installer --force
    assert_success
    run inside getcap /opt/vmnet-helper/bin/vmnet-helper
    assert_output --partial "cap_net_admin=ep"
    run installer --uninstall
    assert_success
    run inside ls -A /opt
    assert_output ""
    [ ! -e "$place/etc/vmnet-helper" ]
    run inside getent group vmnet
    assert_failure
}

# The whole machine with a layer above it that takes all changes, and /opt empty.
@test "in a chroot, as root and as a user through sudo; nothing is left" {
    release 1.0.0
    kill "$(cat "$place/server.pid")"
    mkdir "$place/layer"
    cat >"$place/inside-chroot" <<'INSIDE'
set -eu
mount -t tmpfs none "$1/layer"
mkdir "$1/layer/upper" "$1/layer/work" "$1/layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layer/upper,workdir=$1/layer/work" "$1/layer/root" 2>/dev/null || exit 77
root=$1/layer/root
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=755 none "$root/opt"
mount -t tmpfs -o mode=755 none "$root/run"
cp -a "$1"/etc/passwd "$1"/etc/group "$1"/etc/shadow "$1"/etc/gshadow "$root/etc/"
rm -f "$root"/etc/*.lock
ip link set lo up
python3 -u -m http.server --bind 127.0.0.1 --directory "$1/www" 8000 >"$1/chroot-server.log" 2>&1 &
server=$!
trap 'kill $server' EXIT
until grep -qs "Serving HTTP" "$1/chroot-server.log"; do sleep 0.1; done
as() {
    chroot "$root" "$@"
}
settings="env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin VMNET_INTERACTIVE=0 VMNET_BASE_URL=http://127.0.0.1:8000"
key="VMNET_RELEASE_KEY=$(cut -d' ' -f1,2 "$1/key.pub")"
as $settings "$key" sh "$1/install.sh" --sudoers
as /opt/vmnet-helper/bin/vmnet-helper --version
as $settings "$key" sh "$1/install.sh" --uninstall
as useradd --no-create-home person
echo "person ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/person"
chmod 440 "$root/etc/sudoers.d/person"
as setpriv --reuid person --regid person --init-groups $settings "$key" bash -s -- --sudoers <"$1/install.sh"
as stat -c "%U %a" /opt/vmnet-helper/bin/vmnet-helper
as setpriv --reuid person --regid person --init-groups $settings "$key" bash -s -- --uninstall <"$1/install.sh"
echo LEFT:
ls -A "$root/opt"
find "$1/layer/upper" -name '*vmnet*' ! -path '*/tmp/*' ! -type c
grep -s ^vmnet: "$root/etc/group" || true
INSIDE
    run timeout 200 unshare --mount --net --pid --fork --kill-child --propagation private sh "$place/inside-chroot" "$place" </dev/null
    [ "$status" -ne 77 ] || skip "needs overlay file systems"
    assert_success
    assert_line "version: v1.0.0"
    assert_line "root 755"
    assert_equal "$(grep -c "is installed in /opt/vmnet-helper\." <<<"$output")" 2
    assert_equal "${lines[-1]}" "LEFT:"
}
