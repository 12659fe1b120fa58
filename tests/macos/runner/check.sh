#!/bin/sh
# The tests that need no network, on a Mac: units and the command line. Some of those of the command line were written
# with Linux's tools: GNU's are put before macOS's own.
#
#   tests/macos/runner/check.sh [MAKE_TARGET...]
set -eux

cd "$(dirname "$0")/../../.."
brew install --quiet bats-core cmocka coreutils grep gnu-sed gawk flock
brew tap bats-core/bats-core
brew install --quiet bats-support bats-assert
prefix=$(brew --prefix)
for package in coreutils grep gnu-sed gawk; do
    PATH=$prefix/opt/$package/libexec/gnubin:$PATH
done
# Where the compiler looks for cmocka.
export PATH BATS_LIB_PATH="$prefix/lib" CPATH="$prefix/include" LIBRARY_PATH="$prefix/lib"
if [ $# -eq 0 ]; then
    set -- check-unit check-cli
fi
make "$@"
