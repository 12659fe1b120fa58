# For the tests of install.sh: load after common.
#
# Everything happens in a mount and a network namespace of the test's own: /etc is a copy, /opt is
# empty, and a file server on the loopback address has releases. The machine itself is not touched.
# shellcheck disable=SC2154 # root is from common

sandbox_make() {
    need_root
    command -v sudo >/dev/null || skip "needs sudo"
    place=$(mktemp -d /tmp/vs.XXXXXX)
    chmod 755 "$place"
    export place
    mkdir "$place/www" "$place/etc"
    # Others may add and remove files there at this moment, and hold locks.
    cp -a /etc/. "$place/etc" 2>/dev/null || true
    rm -f "$place"/etc/{passwd,group,shadow,gshadow,subuid,subgid}.lock
    touch "$place/etc/vmnet-test-sandbox"
    # The names that the tests and the installer use, if the machine has them.
    sed -i -E '/^(vmnet|person):/d' "$place"/etc/{passwd,group,shadow,gshadow}
    cp "$root/install.sh" "$place/install.sh"
    ssh-keygen -q -t ed25519 -N '' -C release -f "$place/key"
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --net --propagation private sh -c '
        mount -t tmpfs -o mode=755 none /opt && mount --bind "$1/etc" /etc && mkdir -p /run/sudo &&
            mount -t tmpfs -o mode=711 none /run/sudo && ip link set lo up || exit 1
        cd "$1/www" || exit 1
        exec python3 -u -m http.server --bind 127.0.0.1 8000' sh "$place" >"$place/server.log" 2>&1 3>&- 4>&- &
    echo $! >"$place/server.pid"
    wait_for 30 grep -qs "Serving HTTP" "$place/server.log"
    # Nothing is done anywhere else: in a chroot, say, a namespace may show another root than ours.
    inside test -e /etc/vmnet-test-sandbox || fail "the test is not where it should be"
    [ -z "$(inside ls -A /opt)" ] || fail "/opt is not the test's own"
}

sandbox_remove() {
    [ -n "${place:-}" ] || return 0
    kill "$(cat "$place/server.pid")" 2>/dev/null || true
    wait_for 10 is_gone "$(cat "$place/server.pid")" || kill -KILL "$(cat "$place/server.pid")" 2>/dev/null || true
    rm -rf "${place:?}"
}

inside() {
    nsenter --target "$(cat "$place/server.pid")" --mount --net --root --wd -- "$@"
}

# release VERSION [CONTENT]: publish programs that only tell their version; the latest release is this one.
release() {
    local version=$1 tree=$place/tree/vmnet-helper os arch=x86_64 folder=$place/www/download/v$1
    rm -rf "$place/tree"
    mkdir -p "$tree/bin" "$tree/share/vmnet-helper" "$folder" "$place/www/latest"
    printf '#!/bin/sh\necho "version: v%s"\necho "commit: none"\n%s\n' "$version" "${2:-}" >"$tree/bin/vmnet-helper"
    chmod 755 "$tree/bin/vmnet-helper"
    ln -s vmnet-helper "$tree/bin/vmnet-run"
    echo "$version" >"$tree/share/vmnet-helper/VERSION"
    [ "$version" != 1.0.0 ] || echo old >"$tree/share/vmnet-helper/only-in-1.0.0"
    (cd "$tree" && { find . ! -type d | sed 's|^\./||'; echo share/vmnet-helper/manifest; } | LC_ALL=C sort >"$place/manifest")
    mv "$place/manifest" "$tree/share/vmnet-helper/manifest"
    for os in linux darwin; do
        for arch in x86_64 arm64; do
            tar -C "$place/tree" -czf "$folder/vmnet-helper-$version-$os-$arch.tar.gz" vmnet-helper
        done
    done
    "$root/scripts/checksums.sh" "$folder" "$place/key"
    rm -f "$place/www/latest/download"
    ln -s "../download/v$version" "$place/www/latest/download"
}

# Inside, with an environment that has nothing else.
inside_clean() {
    env -i PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 VMNET_INTERACTIVE="${interactive:-0}" \
        VMNET_BASE_URL="${base_url:-http://127.0.0.1:8000}" VMNET_RELEASE_KEY="$(cut -d' ' -f1,2 "$place/key.pub")" \
        nsenter --target "$(cat "$place/server.pid")" --mount --net --root --wd -- "$@"
}

# The installer as root; without a terminal.
installer() {
    inside_clean "${shell:-sh}" "$place/install.sh" "$@" </dev/null
}

installed() {
    inside "${prefix:-/opt/vmnet-helper}/bin/vmnet-helper" --version | sed -n 's/^version: v//p'
}

# What a test must not leave: stages, locks, halves of rules.
nothing_half() {
    inside sh -c 'ls -A /opt | grep "^\." ; ls -A /etc/sudoers.d | grep "\.new$"; true'
}

# Each file of the manifest is there, no other is, and the programs tell the version of the files.
is_whole() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    inside sh -c '
        cd /opt/vmnet-helper || exit 1
        find . ! -type d | sed "s|^\./||" | LC_ALL=C sort | cmp - share/vmnet-helper/manifest || exit 1
        [ "version: v$(cat share/vmnet-helper/VERSION)" = "$(bin/vmnet-helper --version | head -n 1)" ]'
}
