#!/bin/sh
# The steps of a release, as .github/workflows/release.yml runs them and as they can be run by hand.
#
#   release.sh check TAG      is all in the tree of the version that the tag says?
#   release.sh build OUT      on each kind of machine: the archive of its programs, and their SBOM
#   release.sh deb OUT        on each kind of Linux machine: the Debian packages
#   release.sh collect OUT    the source, install.sh, the formula, checksums and their signature
#   release.sh publish TAG OUT  upload what is in OUT as the release
#   release.sh tap OUT        propose the formula to the tap
#
# REPOSITORY_URL: https://HOST/OWNER/NAME; RELEASE_KEY: file of the private key (ssh-keygen, ed25519), or
# RELEASE_KEY_TEXT: what is in it, as a secret of the workflow is, kept in a file only while it signs;
# TAP_REPOSITORY: OWNER/NAME of the tap. DRY_RUN=1: what would reach out is only printed.
set -eu
umask 022

here=$(cd "$(dirname "$0")/.." && pwd)
version=$(cat "$here/VERSION")

fail() {
    echo "release: $*" >&2
    exit 1
}

# A command that others notice.
reach_out() {
    if [ "${DRY_RUN:-0}" = 1 ]; then
        echo "would run: $*"
    else
        "$@"
    fi
}

check() {
    [ "$1" = "v$version" ] || fail "the tag is \"$1\", and VERSION says $version"
    grep -qE "^## \[?$version\]?( |\$)" "$here/CHANGELOG.md" || fail "CHANGELOG.md has nothing of $version"
    grep -q "^vmnet-helper ($version-" "$here/packaging/debian/changelog" || fail "packaging/debian/changelog has nothing of $version"
    grep -qF "/vmnet-helper-$version.tar.gz\"" "$here/Formula/vmnet-helper.rb" || fail "Formula/vmnet-helper.rb is of another version"
    [ -z "$(git -C "$here" status --porcelain --untracked-files=no)" ] || fail "there are changes that are not committed"
    echo "release $version of $(git -C "$here" rev-parse HEAD)"
}

# The archive has to run without Homebrew: its libraries are linked in. A folder with nothing but
# their static versions comes first on the linker's way.
static_libraries() {
    mkdir -p "$1"
    for library in cjson libyaml; do
        prefix=$(brew --prefix "$library")
        ln -sf "$prefix"/lib/*.a "$1/"
    done
}

build() {
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    cd "$here"
    system=$(uname -s | tr '[:upper:]' '[:lower:]')
    result=${RELEASE_BUILD:-$here/build/release}
    set -- make -j"$(getconf _NPROCESSORS_ONLN)" --silent BUILD="$result" CFLAGS="${CFLAGS:--O2}"
    if [ "$system" = darwin ]; then
        static_libraries "$result/static"
        "$@" LDFLAGS="-L$result/static"
        # Last: what changes a program makes its signature void.
        codesign --force --sign - --entitlements packaging/entitlements.plist "$result/bin/vmnet-helper"
        for program in vmnet-helper vmnet-client vmnet-harness vmnet-bench; do
            ! otool -L "$result/bin/$program" | grep -E '/(opt/homebrew|usr/local)/' || fail "$program needs libraries of Homebrew"
        done
    else
        "$@"
        scripts/hardening.sh "$result/bin/"*
    fi
    "$result/bin/vmnet-helper" --selftest >&2
    archive=$(scripts/archive.sh "$result/bin" "$out")
    scripts/sbom.sh "$result/bin" "${archive%.tar.gz}.spdx.json"
    echo "$archive"
}

deb() {
    mkdir -p "$1"
    work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-release.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    "$here/scripts/deb.sh" "$("$here/scripts/dist.sh" "$work")" "$work/debs" >&2
    for file in "$work"/debs/*.deb; do
        mv -f "$file" "$1/"
        echo "$1/$(basename "$file")"
    done
}

collect() {
    [ -n "${REPOSITORY_URL:-}" ] || fail "REPOSITORY_URL is not set"
    [ -n "${RELEASE_KEY:-}${RELEASE_KEY_TEXT:-}" ] ||
        fail "RELEASE_KEY is not set: the file of the private key that checksums are signed with"
    mkdir -p "$1"
    tarball=$("$here/scripts/dist.sh" "$1")
    "$here/scripts/release-formula.sh" "$REPOSITORY_URL" "$tarball" "$1/vmnet-helper.rb"
    work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-release.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    if [ -n "${RELEASE_KEY_TEXT:-}" ]; then
        RELEASE_KEY=$work/key
        (umask 077 && printf '%s\n' "$RELEASE_KEY_TEXT" >"$RELEASE_KEY")
        unset RELEASE_KEY_TEXT
    fi
    ssh-keygen -y -f "$RELEASE_KEY" >"$work/key.pub"
    "$here/scripts/release-installer.sh" "$REPOSITORY_URL/releases" "$work/key.pub" "$1/install.sh"
    "$here/scripts/checksums.sh" "$1" "$RELEASE_KEY"
    cat "$1/SHA256SUMS"
}

# What the changelog says of the version.
notes() {
    awk -v version="$version" '
        /^## / { inside = index($0, "## " version) == 1 || index($0, "## [" version "]") == 1; next }
        inside' "$here/CHANGELOG.md"
}

publish() {
    tag=$1
    work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-release.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    notes >"$work/notes"
    [ -s "$work/notes" ] || fail "CHANGELOG.md says nothing of $version"
    (cd "$2" && sha256sum --quiet -c SHA256SUMS) || fail "files of $2 are not those of SHA256SUMS"
    # Seen by nobody before all files are there.
    reach_out gh release create "$tag" --verify-tag --draft --title "$version" --notes-file "$work/notes" "$2"/*
    reach_out gh release edit "$tag" --draft=false
}

tap() {
    [ -n "${TAP_REPOSITORY:-}" ] || fail "TAP_REPOSITORY is not set: OWNER/homebrew-NAME"
    formula=$(cd "$1" && pwd)/vmnet-helper.rb
    [ -f "$formula" ] || fail "$1 has no vmnet-helper.rb: run collect first"
    work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-release.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    branch=vmnet-helper-$version
    reach_out gh repo clone "$TAP_REPOSITORY" "$work/tap"
    mkdir -p "$work/tap/Formula"
    cp "$formula" "$work/tap/Formula/vmnet-helper.rb"
    cd "$work/tap"
    reach_out git checkout -q -b "$branch"
    reach_out git add Formula/vmnet-helper.rb
    reach_out git commit -q -m "vmnet-helper $version"
    reach_out git push -q origin "$branch"
    reach_out gh pr create --repo "$TAP_REPOSITORY" --head "$branch" --title "vmnet-helper $version" --body "By the release workflow."
}

case ${1:-} in
check)   check "$2" ;;
build)   build "$2" ;;
deb)     deb "$2" ;;
collect) collect "$2" ;;
publish) publish "$2" "$3" ;;
tap)     tap "$2" ;;
*)       fail "usage: release.sh check TAG | build OUT | deb OUT | collect OUT | publish TAG OUT | tap OUT" ;;
esac
