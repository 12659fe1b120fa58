# What the image builders share: packages from the machine's own apt sources, and a kernel's modules.
# shellcheck shell=sh
#
# Theory of operation. A builder never installs anything on the machine and never touches its apt state: packages
# are fetched through a private state directory that starts as a copy of the machine's package lists, so that nothing
# is downloaded twice, and that is brought up to date when these lists are missing or too old to fetch from. Packages
# are unpacked, never configured; kernel modules are put in loading order when the image is built, so that the guest
# needs no modprobe. All of it works in a chroot: no loop device, no mount, no daemon.
#
# The builder sets `work`, a directory of its own that is removed when it ends.

PATH=$PATH:/usr/sbin:/sbin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive

step() {
    echo "$*"
}

fail() {
    echo "$(basename "$(dirname "$0")") image: $*" >&2
    exit 1
}

# tool_need COMMAND PACKAGE: name what is missing before anything is downloaded.
tool_need() {
    command -v "$1" >/dev/null 2>&1 || fail "needs $1: apt-get install $2"
}

# file_find NAME...: the first of them that exists, for files whose directory differs.
file_find() {
    for file in "$@"; do
        if [ -e "$file" ]; then
            echo "$file"
            return
        fi
    done
    fail "none of these exists: $*"
}

# program_setup, program_run PROGRAM...: programs of the image's architecture on this machine, emulated if need be.
program_setup() {
    emulator=
    [ "$arch" != "$(dpkg --print-architecture)" ] || return 0
    case $arch in
    arm64) emulator=qemu-aarch64-static ;;
    amd64) emulator=qemu-x86_64-static ;;
    *) fail "knows no architecture $arch" ;;
    esac
    tool_need "$emulator" qemu-user-static
}

program_run() {
    ${emulator:+"$emulator"} "$@"
}

apt_setup() {
    tool_need apt-get apt
    tool_need dpkg-deb dpkg
    tool_need ps procps
    # The whole of apt's own hooks is for the machine's state, not for this one.
    mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
    : >"$work/apt/status"
    cat >"$work/apt/conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::State "$work/apt";
Dir::State::Lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
Acquire::Languages "none";
Acquire::Retries "3";
CONF
    lists=$(apt-config dump --format '%v%n' Dir::State::Lists) || lists=
    case $lists in
    /*) ;;
    *) lists=/var/lib/apt/${lists:-lists/} ;;
    esac
    # Only files, and none that is still being written.
    find "$lists" -maxdepth 1 -type f ! -name lock -exec cp -p {} "$work/apt/lists/" \; 2>/dev/null || true
    # shellcheck disable=SC2016 # apt expands it
    apt_private indextargets 'Created-By: Packages' --format '$(FILENAME)' >"$work/apt/targets" 2>/dev/null || true
    # Without any list apt names none.
    [ -s "$work/apt/targets" ] || echo /none >"$work/apt/targets"
    while read -r file; do
        # apt names the plain file; it lies there compressed in any of its ways.
        set -- "$file"*
        [ -e "$1" ] || echo missing
    done <"$work/apt/targets" >"$work/apt/missing"
    [ ! -s "$work/apt/missing" ] || apt_update
}

# `-c` is read after the machine's configuration, and so overrides it; sources, proxies and keys stay the machine's.
apt_private() {
    apt_command=$1
    shift
    apt-get -c "$work/apt/conf" "$apt_command" "$@"
}

apt_update() {
    step "updating the package lists"
    apt_private update -qq >"$work/apt/log" 2>&1 || fail "apt-get update failed: $(tail -n 1 "$work/apt/log")"
}

# packages_download DIR PACKAGE...: the .deb files, without what they depend on.
packages_download() {
    packages_dir=$1
    shift
    mkdir -p "$packages_dir"
    if ! (cd "$packages_dir" && apt_private download -qq "$@") >"$work/apt/log" 2>&1; then
        # The mirror has moved on since the lists were fetched.
        apt_update
        (cd "$packages_dir" && apt_private download -qq "$@") >"$work/apt/log" 2>&1 ||
            fail "cannot download packages: $(grep -m 1 '^E:' "$work/apt/log" || tail -n 1 "$work/apt/log")"
    fi
}

# packages_unpack DIR ROOT
packages_unpack() {
    mkdir -p "$2"
    for package in "$1"/*.deb; do
        dpkg-deb -x "$package" "$2" || fail "cannot unpack $(basename "$package")"
    done
}

# kernel_fetch: the distribution's kernel for virtual machines, into $work/kernel. Sets kernel_version.
kernel_fetch() {
    kernel_package=$(apt-cache -c "$work/apt/conf" depends "linux-image-cloud-$arch" 2>/dev/null |
        sed -n 's/^ *Depends: *\(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$kernel_package" ] || fail "no package linux-image-cloud-$arch in the apt sources: add Debian's main"
    packages_download "$work/debs-kernel" "$kernel_package"
    packages_unpack "$work/debs-kernel" "$work/kernel"
    kernel_version=${kernel_package#linux-image-}
    [ -e "$work/kernel/boot/vmlinuz-$kernel_version" ] || fail "$kernel_package has no vmlinuz"
    busybox depmod -b "$work/kernel" "$kernel_version" || fail "depmod failed for $kernel_version"
}

# modules_copy ROOT MODULE...: into ROOT/lib/modules as 00-name.ko, 01-name.ko, ...: each after those that it needs.
# What is built into the kernel is left out; what the kernel does not know is an error.
modules_copy() {
    modules_root=$1
    modules_dir=$work/kernel/lib/modules/$kernel_version
    shift
    mkdir -p "$modules_root/lib/modules"
    echo "$@" | awk -v modules="$modules_dir/modules.dep" -v builtin="$modules_dir/modules.builtin" '
        function name(path) {
            sub(/.*\//, "", path); sub(/\.ko.*/, "", path); gsub(/-/, "_", path)
            return path
        }
        function visit(module,    i, n, list) {
            if (done[module]++ || module in inside)
                return
            if (!(module in path)) {
                print "missing " module
                return
            }
            n = split(needs[module], list, " ")
            for (i = 1; i <= n; i++)
                visit(name(list[i]))
            print path[module]
        }
        BEGIN {
            while ((getline line <builtin) > 0)
                inside[name(line)]
            while ((getline line <modules) > 0) {
                split(line, part, ":")
                path[name(part[1])] = part[1]
                needs[name(part[1])] = part[2]
            }
        }
        { for (i = 1; i <= NF; i++) visit($i) }' >"$work/modules"
    number=0
    while read -r module rest; do
        [ "$module" != missing ] || fail "kernel $kernel_version has no module $rest"
        cp "$modules_dir/$module" "$modules_root/lib/modules/$(printf %02d "$number")-$(basename "$module")"
        number=$((number + 1))
    done <"$work/modules"
}

# initrd_pack ROOT FILE: an archive that the kernel unpacks itself. Owner and order do not depend on the machine.
initrd_pack() {
    (cd "$1" && find . | sort | cpio --quiet -o -H newc -R 0:0 --reproducible) >"$2.cpio" || fail "cannot write $2"
    zstd -q -10 --rm "$2.cpio" -o "$2" || fail "cannot compress $2"
}

# console_name: where the kernel of this architecture has its serial line.
console_name() {
    case $arch in
    arm64) echo ttyAMA0 ;;
    *) echo ttyS0 ;;
    esac
}

# run_long COMMAND...: so that a signal ends it too; a shell waits for what it runs in the foreground.
run_long() {
    "$@" &
    child=$!
    wait "$child"
    set -- $?
    child=
    return "$1"
}

# tree_signal SIGNAL PID: the process and all below it. mmdebstrap itself ignores signals, and leaves when its workers do.
tree_signal() {
    for below in $(ps -o pid= --ppid "$2"); do
        tree_signal "$1" "$below"
    done
    kill "-$1" "$2" 2>/dev/null || true
}

# child_end: end what run_long runs, at last by force.
child_end() {
    tries=0
    while kill -0 "$child" 2>/dev/null && [ "$tries" -lt 50 ]; do
        if [ "$tries" -lt 30 ]; then
            tree_signal TERM "$child"
        else
            tree_signal KILL "$child"
        fi
        tries=$((tries + 1))
        sleep 0.1
    done
}

# What build_begin promises. Nothing should be mounted below $work any more; if it is, it must not be removed with it.
build_end() {
    [ -z "$child" ] || child_end
    awk -v below="$work/" 'index($2, below) == 1 { print $2 }' /proc/mounts 2>/dev/null | sort -r |
        while read -r mount; do
            umount -l "$mount" || true
        done
    rm -rf --one-file-system "$work"
}

# build_begin OUT_DIR: check the call, make $work in it, and promise to remove it. Below OUT_DIR, because /tmp may be
# small, or mounted without devices.
build_begin() {
    if [ $# -ne 1 ] || [ ! -d "$1" ]; then
        echo "usage: $0 OUT_DIR (an empty directory)" >&2
        exit 2
    fi
    [ "$(id -u)" -eq 0 ] || fail "building an image needs root"
    umask 022
    # shellcheck disable=SC2034 # the builder uses it
    out=$(cd "$1" && pwd)
    arch=${ARCH:-$(dpkg --print-architecture)} || fail "needs dpkg: images are built from Debian packages"
    child=
    work=$(mktemp -d "$out/.work.XXXXXX") || fail "cannot write to $out"
    trap build_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}
