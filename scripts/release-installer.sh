#!/bin/sh
# install.sh as a release serves it: release-installer.sh BASE_URL PUBLIC_KEY_FILE OUT
#
# Where the releases are, and the key that their checksums are signed with, are written into it.
set -eu
umask 022

case $1 in
https://*[!A-Za-z0-9:/._~-]*) echo "release-installer: \"$1\" is not a plain URL" >&2; exit 1 ;;
https://*) ;;
*) echo "release-installer: releases are served by https, not from \"$1\"" >&2; exit 1 ;;
esac
key=$(cut -d' ' -f1,2 "$2")
case $key in
ssh-ed25519\ *[!A-Za-z0-9+/=]*) echo "release-installer: $2 has no ed25519 key" >&2; exit 1 ;;
ssh-ed25519\ ?*) ;;
*) echo "release-installer: $2 has no ed25519 key" >&2; exit 1 ;;
esac

here=$(cd "$(dirname "$0")/.." && pwd)
sed -e "s|^default_base_url=\"\"|default_base_url=\"$1\"|" -e "s|^default_release_key=\"\"|default_release_key=\"$key\"|" \
    "$here/install.sh" >"$3"
chmod 755 "$3"
grep -qF "default_base_url=\"$1\"" "$3" && grep -qF "default_release_key=\"$key\"" "$3"
