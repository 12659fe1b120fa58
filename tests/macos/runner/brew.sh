#!/bin/sh
# The formula on a Mac, with the tarball of this commit: style, audit, install, test. Homebrew takes formulas only
# from taps, so there is one for this, on this machine only.
#
#   tests/macos/runner/brew.sh
set -eux

cd "$(dirname "$0")/../../.."
tap=vmnet-helper/local
version=$(cat VERSION)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

tarball=$(scripts/dist.sh "$out")
scripts/release-formula.sh https://example.org/vmnet-helper "$tarball" "$out/vmnet-helper.rb"
# The release is not there yet: the tarball beside it is.
sed "s|^  url \".*\"|  url \"file://$tarball\"|" "$out/vmnet-helper.rb" >"$out/local.rb"

brew untap "$tap" 2>/dev/null || true
brew tap-new --no-git "$tap"
formula=$(brew --repository "$tap")/Formula/vmnet-helper.rb
cp "$out/vmnet-helper.rb" "$formula"
brew style "$formula"
brew audit --strict --formula "$tap/vmnet-helper"
cp "$out/local.rb" "$formula"
brew install --build-from-source --formula "$tap/vmnet-helper"
brew test --verbose "$tap/vmnet-helper"
"$(brew --prefix)/bin/vmnet-helper" --version | grep -F "version: v$version"
brew uninstall --formula "$tap/vmnet-helper"
brew untap "$tap"
