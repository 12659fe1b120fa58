#!/bin/sh
# What is in the programs, as SPDX 2.3: sbom.sh BIN OUT
#
# One package for the project with its files, and one for each library that the programs load. No
# other code is in them. The same bytes for the same programs and libraries: the time is that of the
# commit (SOURCE_DATE_EPOCH).
set -eu
umask 022
export LC_ALL=C TZ=UTC

bin=$(cd "$1" && pwd)
out=$2
here=$(cd "$(dirname "$0")/.." && pwd)
version=$(cat "$here/VERSION")
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$epoch" +%Y-%m-%dT%H:%M:%SZ)
programs="vmnet-bench vmnet-client vmnet-harness vmnet-helper"

sum() {
    case $1 in
    1)   { sha1sum "$2" 2>/dev/null || shasum -a 1 "$2"; } ;;
    256) { sha256sum "$2" 2>/dev/null || shasum -a 256 "$2"; } ;;
    esac | cut -d' ' -f1
}

# The libraries of all programs, each once: a line each.
libraries() {
    for program in $programs; do
        if command -v otool >/dev/null; then
            otool -L "$bin/$program" | sed -n '2,$s/^[[:space:]]*\([^ ]*\).*/\1/p'
        else
            ldd "$bin/$program" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p'
        fi
    done | sort -u
}

# The Debian package that a library is from: name, blank, version.
library_package() {
    package=$(dpkg-query -S "$(readlink -f "$1")" 2>/dev/null | sed -n '1s/: .*//p') || true
    [ -n "$package" ] || package=$(dpkg-query -S "$(readlink -f "$1" | sed 's|^/usr||')" 2>/dev/null | sed -n '1s/: .*//p') || true
    [ -z "$package" ] || dpkg-query -W -f '${Package} ${Version}\n' "$package"
}

id() {
    printf '%s' "$1" | tr -c 'A-Za-z0-9.-' '-'
}

# The verification code of a package (SPDX 2.3, 7.9): of the sorted sums of its files.
verification() {
    for program in $programs; do
        sum 1 "$bin/$program"
    done | sort | tr -d '\n' >"$work/sums"
    sum 1 "$work/sums"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-sbom.XXXXXX")
trap 'rm -rf "$work"' EXIT

libraries | while IFS= read -r library; do
    found=$(library_package "$library" || true)
    echo "${found:-$(basename "$library") NOASSERTION}"
done | sort -u >"$work/packages"
code=$(verification)

{
    cat <<JSON
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "vmnet-helper-$version",
  "documentNamespace": "https://spdx.org/spdxdocs/vmnet-helper-$version-$code",
  "creationInfo": {"created": "$created", "creators": ["Tool: vmnet-helper scripts/sbom.sh"]},
  "packages": [
    {
      "SPDXID": "SPDXRef-Package-vmnet-helper",
      "name": "vmnet-helper",
      "versionInfo": "$version",
      "downloadLocation": "NOASSERTION",
      "filesAnalyzed": true,
      "packageVerificationCode": {"packageVerificationCodeValue": "$code"},
      "licenseConcluded": "Apache-2.0",
      "licenseDeclared": "Apache-2.0",
      "licenseInfoFromFiles": ["Apache-2.0"],
      "copyrightText": "NOASSERTION"
    }
JSON
    while read -r package package_version; do
        [ "$package_version" != NOASSERTION ] && info="\"versionInfo\": \"$package_version\"," || info=
        cat <<JSON
    ,{
      "SPDXID": "SPDXRef-Package-$(id "$package")",
      "name": "$package",
      $info
      "downloadLocation": "NOASSERTION",
      "filesAnalyzed": false,
      "licenseConcluded": "NOASSERTION",
      "licenseDeclared": "NOASSERTION",
      "copyrightText": "NOASSERTION"
    }
JSON
    done <"$work/packages"
    echo '  ],'
    echo '  "files": ['
    comma=
    for program in $programs; do
        cat <<JSON
    $comma{
      "SPDXID": "SPDXRef-File-$program",
      "fileName": "./bin/$program",
      "fileTypes": ["BINARY"],
      "checksums": [
        {"algorithm": "SHA1", "checksumValue": "$(sum 1 "$bin/$program")"},
        {"algorithm": "SHA256", "checksumValue": "$(sum 256 "$bin/$program")"}
      ],
      "licenseConcluded": "Apache-2.0",
      "licenseInfoInFiles": ["Apache-2.0"],
      "copyrightText": "NOASSERTION"
    }
JSON
        comma=,
    done
    echo '  ],'
    echo '  "relationships": ['
    echo '    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-Package-vmnet-helper"}'
    for program in $programs; do
        echo "    ,{\"spdxElementId\": \"SPDXRef-Package-vmnet-helper\", \"relationshipType\": \"CONTAINS\", \"relatedSpdxElement\": \"SPDXRef-File-$program\"}"
    done
    while read -r package _; do
        echo "    ,{\"spdxElementId\": \"SPDXRef-Package-vmnet-helper\", \"relationshipType\": \"DYNAMIC_LINK\", \"relatedSpdxElement\": \"SPDXRef-Package-$(id "$package")\"}"
    done <"$work/packages"
    echo '  ]'
    echo '}'
} >"$work/sbom"
cat "$work/sbom" >"$out.new"
mv -f "$out.new" "$out"
