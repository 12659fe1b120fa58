#!/usr/bin/env bats
# renode, vibe, anylinuxfs, lima, nerdbox.

load ../lib/common
load ../lib/callers

@test "renode-stderr: one substring of stderr says that the helper is ready" {
    play others renode
}

@test "vibe-liveness: the helper ends when the pipe of its parent does" {
    play others vibe
}

@test "anylinuxfs-json10: ten keys of the right types" {
    play others anylinuxfs
}

@test "lima-stream: frames with their lengths, one client after the other" {
    play others lima
}

@test "nerdbox-jq: jq has the MAC, and has ended, while the helper runs" {
    cat >"$DIR/helper" <<'EOF'
echo $$ >"$DIR/pid"
exec "$HELPER" --socket "$DIR/vmnet.sock" --interface-id 2835E074-9892-4A79-AFFB-7E41D2605678 2>/dev/null
EOF
    # In a shell of its own: bash would keep the writing end of the pipe open.
    # shellcheck disable=SC2016 # that shell expands
    in_ns sh -c 'sh "$DIR/helper" | { jq -r .vmnet_mac_address >"$DIR/mac"; touch "$DIR/jq-ended"; }' 3>&- &
    wait_for 30 test -e "$DIR/jq-ended"
    run cat "$DIR/mac"
    assert_output --regexp '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'
    refute is_gone "$(cat "$DIR/pid")"
    kill "$(cat "$DIR/pid")"
    wait_for 30 is_gone "$(cat "$DIR/pid")"
}
