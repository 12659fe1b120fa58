#!/bin/bash
# Can the soak fail? A helper that ends, one that grows and one that stays must each be told of.
#
#   tests/soak/prove.sh               BUILD=build; as root, a minute each
set -eu

here=$(cd "$(dirname "$0")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fails WITH WORDS
fails() {
    if SOAK_BREAK=$1 "$here/run.sh" 0.6 >"$log" 2>&1 || ! grep -q "$2" "$log"; then
        tail -n 20 "$log"
        echo "soak: $1 was not told of" >&2
        exit 1
    fi
    echo "$1: told of: $(grep "$2" "$log" | tail -n 1 | cut -c1-100)"
}

fails end "has ended with"
fails grow "grown:"
fails leave "left:"
