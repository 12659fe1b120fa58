# What a release is made of: the tarball, the binaries, the archive, the list of what is in them.

bats_require_minimum_version 1.5.0
load ../lib/common

setup_file() {
    place=$(mktemp -d /tmp/vr.XXXXXX)
    export place
    is_clone || return 0
    # Two clones by two people whose machines differ in all that should not matter.
    git clone --quiet --no-hardlinks "$root" "$place/one"
    git clone --quiet --no-hardlinks "$root" "$place/longer-name-two"
    mkdir "$place/home"
    printf '[tar]\n\tumask = 0002\n[core]\n\tautocrlf = true\n' >"$place/home/.gitconfig"
    env -u BUILD TZ=Asia/Tokyo LC_ALL=C "$place/one/scripts/dist.sh" "$place/dist-one" >/dev/null
    (umask 077; env -u BUILD HOME="$place/home" TZ=America/Lima LC_ALL=C.UTF-8 "$place/longer-name-two/scripts/dist.sh" "$place/dist-two" >/dev/null)
}

teardown_file() {
    rm -rf "${place:?}"
}

setup() {
    version=$(cat "$root/VERSION")
}

is_clone() {
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 && [ "$(git -C "$root" rev-parse --show-toplevel)" = "$(cd "$root" && pwd -P)" ]
}

need_clone() {
    is_clone || skip "needs a git clone"
}

@test "two clones give the same tarball, byte by byte" {
    need_clone
    cmp "$place/dist-one/vmnet-helper-$version.tar.gz" "$place/dist-two/vmnet-helper-$version.tar.gz"
}

@test "the tarball has all that git has, and COMMIT, and nothing else" {
    need_clone
    run diff <(tar -tzf "$place/dist-one/vmnet-helper-$version.tar.gz" | grep -v '/$' | sed "s|^vmnet-helper-$version/||" | sort) \
        <({ git -C "$place/one" ls-files; echo COMMIT; } | sort)
    assert_success
    run tar -xzOf "$place/dist-one/vmnet-helper-$version.tar.gz" "vmnet-helper-$version/COMMIT"
    assert_output "$(git -C "$place/one" rev-parse HEAD)"
}

# Without git, in folders of different lengths, with different places for the results, time zones and masks.
@test "the tarball builds without git, and twice the same binaries" {
    need_clone
    local program where
    mkdir -p "$place/src/a" "$place/src/much-longer/b"
    for where in a much-longer/b; do
        tar -xzf "$place/dist-one/vmnet-helper-$version.tar.gz" -C "$place/src/$where"
    done
    # -O1: half the time of -O2, and as good a proof.
    env -u BUILD -u MAKEFLAGS -u VMNET_DATA GIT_DIR=/none TZ=Asia/Tokyo make --silent -j2 -C "$place/src/a/vmnet-helper-$version" CFLAGS="-O1 -g"
    (umask 077; env -u BUILD -u MAKEFLAGS -u VMNET_DATA GIT_DIR=/none TZ=America/Lima LC_ALL=C.UTF-8 make --silent -j2 \
        -C "$place/src/much-longer/b/vmnet-helper-$version" BUILD="$place/elsewhere" CFLAGS="-O1 -g")
    for program in vmnet-helper vmnet-client vmnet-harness vmnet-bench; do
        cmp "$place/src/a/vmnet-helper-$version/build/bin/$program" "$place/elsewhere/bin/$program"
    done
    run "$place/elsewhere/bin/vmnet-helper" --version
    assert_line "version: v$version"
    assert_line "commit: $(git -C "$place/one" rev-parse HEAD)"
    run grep -c "$place" "$place/elsewhere/bin/vmnet-helper"
    assert_output 0
}

@test "the binaries are hardened" {
    "$root/scripts/hardening.sh" "$bin"/vmnet-helper "$bin"/vmnet-client "$bin"/vmnet-harness "$bin"/vmnet-bench
}

@test "make dist and make release-check: all parts of a release, with the sums of them" {
    need_clone
    mkdir -p "$place/whole"
    ln -s "$bin" "$place/whole/bin"
    # The programs are built: -o all. The rest is made as ever.
    env -u MAKEFLAGS make --silent --no-print-directory -C "$root" -o all dist BUILD="$place/whole"
    run env -u MAKEFLAGS make --silent --no-print-directory -C "$root" -o all release-check BUILD="$place/whole"
    assert_success
    for file in "vmnet-helper-$version.tar.gz" "vmnet-helper-$version-linux-[a-z0-9_]+.tar.gz" "vmnet-helper-$version-linux.spdx.json"; do
        assert_line --regexp "^[0-9a-f]{64}  $file$"
    done
    (cd "$place/whole/dist" && sha256sum --quiet -c SHA256SUMS)
}

@test "a binary that is not hardened is found out" {
    echo 'int main(void) { return 0; }' >"$place/soft.c"
    cc -no-pie -fno-stack-protector -z execstack -Wl,-z,norelro -Wl,-rpath,/tmp -o "$place/soft" "$place/soft.c" 2>/dev/null
    run "$root/scripts/hardening.sh" "$place/soft"
    assert_failure 1
    local fault
    for fault in "no position independent" "no read-only relocations" "bound late" "stack can be executed" \
        "no stack protector" "no checked functions" "search path"; do
        assert_output --partial "$fault"
    done
}

@test "the archive is the same twice, and installs what make install does" {
    "$root/scripts/archive.sh" "$bin" "$place/archive-one"
    (umask 077; TZ=Asia/Tokyo "$root/scripts/archive.sh" "$bin" "$place/archive-two")
    local name
    name=$(basename "$place"/archive-one/*.tar.gz)
    [[ $name == "vmnet-helper-$version-"*-*.tar.gz ]]
    cmp "$place/archive-one/$name" "$place/archive-two/$name"
    run tar -tzf "$place/archive-one/$name"
    assert_line vmnet-helper/bin/vmnet-helper
    assert_line vmnet-helper/share/vmnet-helper/manifest
    refute_line --partial ..
    run bash -c 'tar --numeric-owner -tvzf "$1" | awk "{ print \$2 }" | sort -u' bash "$place/archive-one/$name"
    assert_output 0/0
}

@test "the SBOM is SPDX 2.3, with each program's sum and each library's package" {
    SOURCE_DATE_EPOCH=1000000000 "$root/scripts/sbom.sh" "$bin" "$place/sbom.json"
    SOURCE_DATE_EPOCH=1000000000 TZ=Asia/Tokyo "$root/scripts/sbom.sh" "$bin" "$place/sbom-again.json"
    cmp "$place/sbom.json" "$place/sbom-again.json"
    python3 - "$place/sbom.json" "$bin" <<'PYTHON'
import hashlib, json, re, sys
sbom = json.load(open(sys.argv[1]))
assert sbom["spdxVersion"] == "SPDX-2.3" and sbom["dataLicense"] == "CC0-1.0" and sbom["SPDXID"] == "SPDXRef-DOCUMENT"
assert sbom["creationInfo"]["created"] == "2001-09-09T01:46:40Z", sbom["creationInfo"]
assert re.match(r"https://[^ #]+$", sbom["documentNamespace"])
ids = [x["SPDXID"] for x in sbom["packages"] + sbom["files"]]
assert len(set(ids)) == len(ids) and all(re.match(r"SPDXRef-[A-Za-z0-9.-]+$", i) for i in ids)
sums = []
for file in sbom["files"]:
    data = open(sys.argv[2] + "/" + file["fileName"][len("./bin/"):], "rb").read()
    sums.append(hashlib.sha1(data).hexdigest())
    assert {c["algorithm"]: c["checksumValue"] for c in file["checksums"]} == {
        "SHA1": sums[-1], "SHA256": hashlib.sha256(data).hexdigest()}
assert len(sums) == 4
code = hashlib.sha1("".join(sorted(sums)).encode()).hexdigest()
assert sbom["packages"][0]["packageVerificationCode"]["packageVerificationCodeValue"] == code
for relation in sbom["relationships"]:
    assert relation["spdxElementId"] in ids + ["SPDXRef-DOCUMENT"] and relation["relatedSpdxElement"] in ids
names = [p["name"] for p in sbom["packages"]]
assert any(n.startswith("libcjson") for n in names) and any(n.startswith("libseccomp") for n in names), names
PYTHON
}

@test "checksums and their signature verify, and a changed file does not" {
    mkdir "$place/files"
    echo one >"$place/files/one"
    ssh-keygen -q -t ed25519 -N '' -C release -f "$place/key"
    "$root/scripts/checksums.sh" "$place/files" "$place/key"
    echo "release@vmnet-helper $(cat "$place/key.pub")" >"$place/signers"
    (cd "$place/files" && sha256sum --quiet -c SHA256SUMS)
    ssh-keygen -q -Y verify -f "$place/signers" -I release@vmnet-helper -n vmnet-helper -s "$place/files/SHA256SUMS.sig" <"$place/files/SHA256SUMS"
    echo two >>"$place/files/SHA256SUMS"
    run ssh-keygen -q -Y verify -f "$place/signers" -I release@vmnet-helper -n vmnet-helper -s "$place/files/SHA256SUMS.sig" <"$place/files/SHA256SUMS"
    assert_failure
}
