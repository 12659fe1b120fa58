# What every bats file loads: `load ../lib/common`.
#
# bats-assert and bats-support are Debian's packages, in /usr/lib/bats.

bats_load_library bats-support
bats_load_library bats-assert

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
bin=$build/bin
tools=$build/tests/bin
export VMNET_DATA=$root

# One line per reason: a test that cannot run here says what it lacks.
need_root() {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
}

need_tun() {
    [ -c /dev/net/tun ] || skip "needs /dev/net/tun"
}

# tests/sanitize/sanitize.mk says why there is none in those builds.
need_sandbox() {
    [ -z "${SANITIZER:-}" ] || skip "a build for a sanitizer has no sandbox"
}

# Wait until the command succeeds, for at most so many seconds: wait_for 5 test -e "$file"
wait_for() {
    local limit=$1 end
    shift
    end=$(( $(date +%s%N) / 1000000 + limit * 1000 ))
    until "$@"; do
        if [ $(( $(date +%s%N) / 1000000 )) -ge "$end" ]; then
            echo "not within $limit s: $*" >&2
            return 1
        fi
        sleep 0.05
    done
}

# Is the process gone (or a zombie that nobody has waited for)?
is_gone() {
    ! kill -0 "$1" 2>/dev/null || [ "$(awk '/^State/ { print $2 }' "/proc/$1/status" 2>/dev/null)" = Z ]
}
