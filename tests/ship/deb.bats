# The Debian packages: built from the tarball, looked over, installed and purged.

bats_require_minimum_version 1.5.0
load ../lib/common

setup_file() {
    place=$(mktemp -d /tmp/vd.XXXXXX)
    export place
    can_build || return 0
    "$root/scripts/dist.sh" "$place" >/dev/null 2>&1
    # -O1, and nothing for debuggers: less to wait for.
    env -u BUILD -u MAKEFLAGS -u VMNET_DATA -u CFLAGS DEB_BUILD_OPTIONS="parallel=2 noautodbgsym" DEB_CFLAGS_APPEND=-O1 DEB_CFLAGS_STRIP=-g \
        "$root/scripts/deb.sh" "$place/vmnet-helper-$(cat "$root/VERSION").tar.gz" "$place/out" >/dev/null
}

teardown_file() {
    rm -rf "${place:?}"
}

can_build() {
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 && command -v dh >/dev/null && command -v dpkg-buildpackage >/dev/null
}

setup() {
    can_build || skip "needs a git clone, debhelper and dpkg-dev"
    helper_deb=$(echo "$place"/out/vmnet-helper_*.deb)
    tools_deb=$(echo "$place"/out/vmnet-helper-tools_*.deb)
}

@test "lintian has nothing to say" {
    command -v lintian >/dev/null || skip "needs lintian"
    run lintian --allow-root --fail-on warning --suppress-tags bad-distribution-in-changes-file "$place"/out/*.changes
    assert_success
    assert_output ""
}

@test "each package has its part, with the right owners and modes" {
    run dpkg-deb -c "$helper_deb"
    assert_line --regexp '^-rwxr-xr-x root/root .* \./usr/bin/vmnet-helper$'
    assert_line --partial './usr/bin/vmnet-run -> vmnet-client'
    assert_line --partial ./usr/share/man/man1/vmnet-run.1.gz
    assert_line --partial ./usr/share/zsh/vendor-completions/_vmnet-helper
    assert_line --partial ./usr/share/doc/vmnet-helper/examples/vmnet-helper
    refute_line --partial vmnet-harness
    refute_line --partial /etc/
    run dpkg-deb -c "$tools_deb"
    assert_line --partial ./usr/bin/vmnet-bench
    assert_line --regexp '^-rwxr-xr-x .* \./usr/share/vmnet-helper/images/tiny/build$'
    refute_line --partial ./usr/bin/vmnet-helper
    run bash -c 'dpkg-deb --fsys-tarfile "$1" | tar -xO ./usr/share/doc/vmnet-helper/examples/vmnet-helper' bash "$helper_deb"
    assert_line "%vmnet ALL=(root) NOPASSWD: NOSETENV: /usr/bin/vmnet-helper"
}

@test "the programs of the package are hardened" {
    mkdir "$place/x"
    dpkg-deb -x "$helper_deb" "$place/x"
    dpkg-deb -x "$tools_deb" "$place/x"
    "$root/scripts/hardening.sh" "$place"/x/usr/bin/vmnet-{helper,client,harness,bench}
}

# This machine's own files, with a layer above them that takes all changes and is thrown away.
@test "installed, they work; purged, nothing is left" {
    need_root
    mkdir "$place/layer"
    cat >"$place/inside" <<'INSIDE'
set -eu
mount -t tmpfs none "$1/layer"
mkdir "$1/layer/upper" "$1/layer/work" "$1/layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layer/upper,workdir=$1/layer/work" "$1/layer/root" 2>/dev/null || exit 77
mount -t proc proc "$1/layer/root/proc"
mount --bind /dev "$1/layer/root/dev"
mkdir -p "$1/layer/root/tmp/debs"
cp "$1"/out/*.deb "$1/layer/root/tmp/debs"
root=$1/layer/root
export DEBIAN_FRONTEND=noninteractive
chroot "$root" sh -c 'dpkg -i /tmp/debs/*.deb' >"$1/dpkg.log" 2>&1 || { tail -n 20 "$1/dpkg.log"; exit 1; }
chroot "$root" vmnet-helper --version
chroot "$root" setpriv --reuid=65534 --regid=65534 --clear-groups vmnet-helper --selftest
chroot "$root" env -u VMNET_DATA VMNET_HOME=/tmp/vmhome vmnet-harness image list
chroot "$root" env -u VMNET_DATA vmnet-bench run --check quick
chroot "$root" man -w vmnet-run >/dev/null
# The capability instead of sudo: it outlives an upgrade, and goes with the package.
chroot "$root" /usr/libexec/vmnet-helper/capability enable
chroot "$root" sh -c 'dpkg -i /tmp/debs/vmnet-helper_*.deb' >>"$1/dpkg.log" 2>&1
chroot "$root" getcap /usr/bin/vmnet-helper
chroot "$root" stat -c "now %a %U:%G" /usr/bin/vmnet-helper
chroot "$root" dpkg -P vmnet-helper-tools >>"$1/dpkg.log" 2>&1
chroot "$root" vmnet-helper --selftest
chroot "$root" dpkg -P vmnet-helper >>"$1/dpkg.log" 2>&1
rm -rf "$root/tmp/debs" "$root/tmp/vmhome"
echo "LEFT:"
find "$1/layer/upper" -name '*vmnet*' ! -path '*/tmp/*'
grep -s vmnet "$1/layer/upper/etc/group" "$1/layer/upper/var/lib/dpkg/statoverride" || true
grep -rl '^Package: vmnet-helper' "$1/layer/upper/var/lib/dpkg/status" || true
INSIDE
    run timeout 120 unshare --mount --pid --fork --kill-child sh "$place/inside" "$place"
    [ "$status" -ne 77 ] || skip "needs overlay file systems"
    assert_success
    assert_line "version: v$(cat "$root/VERSION")"
    assert_line --partial "joined: ok"
    assert_line --partial tiny
    assert_line "/usr/bin/vmnet-helper cap_net_admin=ep"
    assert_line "now 750 root:vmnet"
    assert_equal "${lines[-1]}" "LEFT:"
}

# What autopkgtest runs, with the programs as they are built here.
@test "the package's own tests: without a guest, and with one" {
    need_root
    [ -c /dev/net/tun ] || skip "needs /dev/net/tun"
    run env PATH="$bin:$PATH" "$root/packaging/debian/tests/selftest"
    assert_success
    run env PATH="$bin:$PATH" VMNET_CACHE="$build/image-cache" timeout -k 5 500 "$root/packaging/debian/tests/tiny-guest" </dev/null 3>&-
    assert_success
    assert_line Linux
}
