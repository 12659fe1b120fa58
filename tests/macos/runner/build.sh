#!/bin/sh
# On a Mac: what the build needs, from Homebrew; build, sign, and see that the programs run.
set -eux

cd "$(dirname "$0")/../../.."
brew install --quiet pkgconf cjson libyaml jq
make -j3
make sign
codesign --display --entitlements - build/bin/vmnet-helper | grep -q com.apple.security.virtualization
for program in vmnet-helper vmnet-client vmnet-harness vmnet-bench; do
    "build/bin/$program" --version | grep -E '^version: v[0-9]+\.[0-9]+\.[0-9]+'
    otool -L "build/bin/$program"
done
build/bin/vmnet-helper --list-shared-interfaces
