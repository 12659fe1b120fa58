# install.sh, killed at each of its steps in turn: what is there then is the old installation or the
# new one, whole, or none; and the next run mends what the killed one left.
#
# A step is what changes something, and all that does is done by as_root. Whatever else it was killed at
# leaves what the step before has left.

bats_require_minimum_version 1.5.0
load ../lib/common
load installer

setup() {
    sandbox_make
    # The shell of install.sh counts its steps and ends before one of them. With it, all that it
    # started: it is alone in a namespace of processes.
    cat >"$place/killer" <<'KILLER'
if [ "${0##*/}" = install.sh ]; then
    set -T
    steps=0
    trap '[ "$BASH_COMMAND" != "\"\$@\"" ] || [ "$((steps += 1))" -ne "$KILL_AT" ] || kill -KILL $$' DEBUG
fi
KILLER
}

teardown() {
    sandbox_remove
}

# killed AT ARGUMENT...: 137, or what install.sh ended with if it has fewer steps.
killed() {
    local at=$1
    shift
    inside_clean unshare --pid --fork --kill-child env BASH_ENV="$place/killer" KILL_AT="$at" \
        bash -c 'bash "$0" "$@" >/dev/null 2>&1; exit $?' "$place/install.sh" "$@" </dev/null 2>/dev/null
}

# To the end; in such a namespace too, where the number in a lock that was left is its own.
completed() {
    killed 0 "$@"
}

rule_is_whole_or_absent() {
    inside test ! -e /etc/sudoers.d/vmnet-helper || {
        inside visudo -cqf /etc/sudoers.d/vmnet-helper >/dev/null
        assert_equal "$(inside stat -c '%a %u' /etc/sudoers.d/vmnet-helper)" "440 0"
    }
}

# kill_in_turn LEAST ARGUMENT...: at every step, of which there are LEAST or more; check() after each.
kill_in_turn() {
    local least=$1 at=1 status kills=0
    shift
    while :; do
        before
        status=0
        killed "$at" "$@" || status=$?
        rule_is_whole_or_absent
        check
        [ "$status" -eq 137 ] || break
        kills=$((kills + 1))
        at=$((at + 1))
        [ "$at" -lt 500 ]
    done
    assert_equal "$status" 0
    [ "$kills" -ge "$least" ]
    run nothing_half
    assert_output ""
}

@test "killed while it installs: whole or absent, and the next run installs" {
    release 1.0.0
    before() { completed --uninstall; }
    check() { inside test ! -e /opt/vmnet-helper || is_whole; }
    kill_in_turn 12 --sudoers
    is_whole
    # After a kill without clean-up between.
    before() { :; }
    completed --uninstall
    killed 10 --sudoers || true
    completed --sudoers
    is_whole
    run nothing_half
    assert_output ""
}

@test "killed while it upgrades: the old one or the new one, whole, at every moment" {
    release 1.0.0
    release 1.1.0
    before() { completed --version 1.0.0 --force; }
    check() {
        is_whole
        [[ $(installed) == 1.0.0 || $(installed) == 1.1.0 ]]
    }
    kill_in_turn 8
    assert_equal "$(installed)" 1.1.0
}

@test "killed while it uninstalls: whole or absent, and the next run removes it" {
    release 1.0.0
    before() { completed --sudoers; }
    check() { inside test ! -e /opt/vmnet-helper || is_whole; }
    kill_in_turn 8 --uninstall
    inside test ! -e /opt/vmnet-helper
    inside test ! -e /etc/sudoers.d/vmnet-helper
}
