# libexec/vmnet-helper/capability: the helper without sudo, switched on and off. With an /etc and an
# /opt of the test's own. What a helper does that was started so is in tests/net/capability.bats.

bats_require_minimum_version 1.5.0
load ../lib/common
load installer

setup() {
    sandbox_make
    command -v setcap >/dev/null || skip "needs setcap"
    inside "$root/scripts/install-files.sh" install "$bin" /opt/v
    cp -a "$place"/etc/{passwd,group,gshadow} "$place"
    tool=/opt/v/libexec/vmnet-helper/capability
    helper=/opt/v/bin/vmnet-helper
}

teardown() {
    sandbox_remove
}

facts() {
    inside sh -c "stat -c '%a %U:%G' $helper; getcap $helper"
}

assert_enabled() {
    run facts
    assert_output "750 root:${1:-vmnet}
$helper cap_net_admin=ep"
}

# As if it had never been there.
assert_untouched() {
    run facts
    assert_output "755 root:root"
    [ ! -e "$place/etc/vmnet-helper" ]
    for file in passwd group gshadow; do
        diff "$place/$file" "$place/etc/$file"
    done
}

@test "enabled: a member runs the helper, and nobody else; twice is the same" {
    run inside "$tool" status
    assert_output "not enabled: $helper"
    run inside "$tool" enable
    assert_success
    assert_output --partial "usermod -a -G vmnet USER"
    inside "$tool" enable
    assert_enabled
    run inside "$tool" status
    assert_output "enabled for the group vmnet: $helper"
    local gid
    gid=$(inside getent group vmnet | cut -d: -f3)
    # With env, as setpriv itself has root's capabilities still when it starts something.
    run inside setpriv --reuid 4242 --regid 4242 --groups "$gid" env "$helper" --version
    assert_success
    run inside setpriv --reuid 4242 --regid 4242 --clear-groups env "$helper" --version
    assert_failure
    run inside setpriv --reuid 4242 --regid 4242 --clear-groups env "$tool" disable
    assert_failure
    assert_output --partial "needs root"
    inside "$tool" disable
    assert_untouched
    run inside "$tool" disable
    assert_output "It is not enabled."
}

@test "a group of one's own stays" {
    inside groupadd --system office
    run inside "$tool" enable office
    assert_success
    assert_enabled office
    run inside "$tool" enable other
    assert_failure
    assert_output --partial "it is enabled for the group office"
    inside "$tool" disable
    inside getent group office
}

@test "a group that a rule for sudo names stays" {
    inside "$tool" enable
    echo "%vmnet ALL=(root) NOPASSWD: /bin/true" >"$place/etc/sudoers.d/mine"
    inside "$tool" disable
    inside getent group vmnet
}

@test "make install over it keeps it, make uninstall takes it away" {
    inside "$tool" enable
    inside "$root/scripts/install-files.sh" install "$bin" /opt/v
    assert_enabled
    inside "$root/scripts/install-files.sh" uninstall /opt/v
    inside test ! -e /opt/v/bin
    [ ! -e "$place/etc/vmnet-helper" ]
    diff "$place/group" "$place/etc/group"
}

@test "two installations: one at a time, and neither touches the other" {
    inside "$root/scripts/install-files.sh" install "$bin" /opt/w
    inside "$tool" enable
    run inside /opt/w/libexec/vmnet-helper/capability enable
    assert_failure
    assert_output --partial "another one is enabled, $helper"
    run inside /opt/w/libexec/vmnet-helper/capability disable
    assert_failure
    inside "$root/scripts/install-files.sh" uninstall /opt/w
    assert_enabled
}

@test "a file that others could replace is refused" {
    inside chmod 775 /opt/v/bin
    run inside "$tool" enable
    assert_failure
    assert_output --partial "/opt/v/bin can be written by others than root"
    inside chmod 755 /opt/v/bin
    inside chown 65534 /opt/v
    run inside "$tool" enable
    assert_failure
    assert_output --partial "/opt/v belongs to another user than root"
    inside chown 0 /opt/v
    assert_untouched
}

@test "not the name of a group, not a command: nothing is done" {
    for name in -x 'a b' 'x;y' ''; do
        run inside "$tool" enable "$name"
        [ -z "$name" ] || assert_failure
    done
    inside "$tool" disable
    run inside "$tool" nonsense
    assert_failure 2
    assert_untouched
}

@test "killed before any of its changes it is mended by the same command, and undone by disable" {
    cat >"$place/killer" <<'KILLER'
set -T
steps=0
trap '[[ ! $BASH_COMMAND =~ ^(mkdir|cat|mv|groupadd|chown|chmod|setcap|groupdel|rm|rmdir)" " ]] || [ "$((steps += 1))" -ne "$KILL_AT" ] ||
    kill -KILL $$' DEBUG
KILLER
    killed() {
        inside env BASH_ENV="$place/killer" KILL_AT="$1" bash "$tool" "$2" >/dev/null 2>&1
    }
    local at=0 ended=137
    while [ "$ended" -eq 137 ]; do
        at=$((at + 1)) ended=0
        killed "$at" enable || ended=$?
        if [ $((at % 2)) -eq 0 ]; then
            inside "$tool" enable >/dev/null
            assert_enabled
        fi
        inside "$tool" disable >/dev/null
        assert_untouched
    done
    [ "$at" -eq 8 ]
    at=0 ended=137
    while [ "$ended" -eq 137 ]; do
        at=$((at + 1)) ended=0
        inside "$tool" enable >/dev/null
        killed "$at" disable || ended=$?
        inside "$tool" disable >/dev/null
        assert_untouched
    done
    [ "$at" -eq 7 ]
}
