#!/bin/sh
# The file SHA256SUMS of a folder's files, and its signature: checksums.sh FOLDER [KEY]
#
# KEY is a private key of ssh-keygen; SHA256SUMS.sig is what `ssh-keygen -Y verify` reads, in the
# namespace vmnet-helper.
set -eu
umask 022
export LC_ALL=C

cd "$1"
rm -f SHA256SUMS SHA256SUMS.sig
for file in *; do
    [ -f "$file" ] || continue
    { sha256sum "$file" 2>/dev/null || shasum -a 256 "$file"; }
done >.sums
mv .sums SHA256SUMS
if [ -n "${2:-}" ]; then
    ssh-keygen -q -Y sign -f "$2" -n vmnet-helper SHA256SUMS
fi
