#!/bin/sh
# Plays vmnet-helper for the tests of vmnet-client. A test copies it beside a copy of the client.
#
# $FAKE_DIR: where it tells what it was given; $FAKE_MODE: how it behaves.
echo "$$" >"$FAKE_DIR/helper.pid.new" && mv "$FAKE_DIR/helper.pid.new" "$FAKE_DIR/helper.pid"
printf '%s\n' "$@" >"$FAKE_DIR/helper.args"
ls /proc/$$/fd >"$FAKE_DIR/helper.fds"

case ${FAKE_MODE:-} in
stubborn) trap '' TERM ;;
*)        trap 'echo TERM >"$FAKE_DIR/helper.end"; exit 0' TERM ;;
esac

info='{"vmnet_mac_address": "92:c9:52:b7:6c:08", "vmnet_mtu": 1500}'
case ${FAKE_MODE:-} in
die-early)  exit 3 ;;
usage)      exit 2 ;;
no-newline) printf '%s' "$info" ;;
not-json)   echo "hello" ;;
long)       head -c 5000 /dev/zero | tr '\0' x; echo ;;
silent)     touch "$FAKE_DIR/silent" ;; # for ever: its standard output stays open
orphan)     # Ends before the line, and leaves a process that holds its standard output open.
            sleep 300 2>/dev/null 3>&- & echo "$!" >"$FAKE_DIR/orphan.pid"; exit 1 ;;
*)          echo "$info" ;;
esac
[ "${FAKE_MODE:-}" = silent ] || exec 1>&-

# Ends by itself when the test says so, with this status.
while [ ! -e "$FAKE_DIR/helper.exit" ]; do sleep 0.05; done
exit "$(cat "$FAKE_DIR/helper.exit")"
