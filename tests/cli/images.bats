# Images from a URL: what servers do wrong never becomes an image. The server is on the loopback of a namespace
# of the file's own; nothing leaves it.

bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/namespace

setup_file() {
    need_root
    command -v qemu-img >/dev/null || skip "needs qemu-img"
    namespace_make
    files=$(mktemp -d /tmp/vi.XXXXXX)
    export files
    # A disk with a boot record and something that does not compress, and the same as qcow2.
    head -c 3000000 /dev/urandom >"$files/random"
    {
        head -c 510 "$files/random"
        printf '\x55\xaa'
        tail -c +513 "$files/random"
    } | head -c 2999808 >"$files/disk.raw"
    qemu-img convert -q -f raw -O qcow2 "$files/disk.raw" "$files/disk.qcow2"
    qemu-img create -q -f qcow2 -F raw -b "$files/disk.raw" "$files/backed.qcow2"
    qemu-img create -q -f qcow2 -o data_file="$files/outside.data" "$files/outside.qcow2" 1M
    echo "<html>this page is no disk</html>" >"$files/page.img"
    : >"$files/empty.img"
    (cd "$files" && sha256sum disk.raw disk.qcow2 >SHA256SUMS && sha512sum disk.raw >SHA512SUMS)
    ip netns exec "$ns" python3 "$root/tests/lib/image_server.py" "$files" "$files/port" "$files/requests" >/dev/null 2>&1 3>&- &
    echo $! >"$files/server.pid"
    wait_for 30 test -s "$files/port"
}

teardown_file() {
    [ -z "${files:-}" ] || {
        kill "$(cat "$files/server.pid")" 2>/dev/null || true
        rm -rf "$files"
    }
    [ -z "${ns:-}" ] || namespace_remove
}

setup() {
    dir=$(mktemp -d /tmp/vi.XXXXXX)
    export HOME=$dir VMNET_HOME=$dir/home VMNET_CACHE=$dir/cache
    unset VMNET_NETNS SUDO_UID SUDO_GID XDG_CONFIG_HOME
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    server=http://127.0.0.1:$(cat "$files/port")
    : >"$files/requests"
}

teardown() {
    rm -f "$files/open"
    if mountpoint -q "$dir/cache"; then umount -l "$dir/cache"; fi
    rm -rf "$dir"
}

harness() { in_ns timeout 120 "$bin/vmnet-harness" "$@" 3>&-; }

# What a URL stands for in this test alone: the server counts requests by it.
url() { echo "$server/$1/$2?$BATS_TEST_NUMBER"; }

sha() { sha256sum "$files/$1" | cut -d' ' -f1; }

# The complete images of the cache.
images() { find "$VMNET_CACHE" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null; }

# The image is there, and it is the disk.
assert_pulled() {
    assert_equal "$(images | wc -l)" 1
    cmp "$(images)/disk.img" "$files/disk.raw"
    [ -z "$(find "$VMNET_CACHE" -name '.*.part*')" ]
}

# There is no image, and one line says why.
assert_refused() {
    assert_failure 1
    assert_output --partial "$1"
    assert_equal "$(grep -c '^error:' <<<"$output")" 1
    assert_equal "$(images)" ""
    [ -z "$(find "$VMNET_CACHE" -name '.*.new')" ]
}

requests() { wc -l <"$files/requests"; }

@test "a raw disk is pulled and its sha256 told" {
    run harness image pull "$(url plain disk.raw)"
    assert_success
    assert_output --partial "was not verified: pin it with --sha256 $(sha disk.raw)"
    assert_pulled
}

@test "a qcow2 disk is converted, and a second pull fetches nothing" {
    run harness image pull "$(url plain disk.qcow2)" --sha256 "$(sha disk.qcow2)"
    assert_success
    assert_output --partial "the sha256 is right"
    assert_pulled
    run harness image pull "$(url plain disk.qcow2)"
    assert_success
    assert_output --partial "is in the cache already"
    assert_equal "$(requests)" 1
}

@test "a file URL" {
    run harness image pull "file://$files/disk.raw" --sha256 "$(sha disk.raw)"
    assert_success
    assert_pulled
    run harness image pull "file://$files/nothing.raw"
    assert_failure 1
}

# begin_pull COMMAND...: a pull in the background, which the server lets get to its half.
begin_pull() {
    "$@" >"$dir/log" 2>&1 3>&- &
    pid=$!
    wait_for 30 grep -aq "50% of 2.9 MiB" "$dir/log"
    touch "$files/open"
    wait "$pid"
}

@test "progress is plain lines where there is no terminal" {
    begin_pull ip netns exec "$ns" "$bin/vmnet-harness" image pull "$(url gate disk.raw)"
    run cat "$dir/log"
    refute_output --partial $'\r'
    refute_output --partial $'\033'
    assert_pulled
}

@test "progress is one line that changes on a terminal" {
    begin_pull ip netns exec "$ns" script -qec "$bin/vmnet-harness image pull $(url gate disk.raw)" /dev/null
    run cat "$dir/log"
    assert_output --partial $'\r['
    assert_output --partial $'\033[K'
    assert_pulled
}

@test "404 is not tried again" {
    run harness image pull "$(url missing disk.raw)"
    assert_refused "the server answered 404: there is no such file"
    assert_equal "$(requests)" 1
}

@test "an error of the server, then the file" {
    run harness image pull "$(url error_once disk.raw)"
    assert_success
    assert_output --partial "the server answered 503; trying again"
    assert_pulled
}

@test "a server that only has errors" {
    run harness image pull "$(url broken disk.raw)"
    assert_refused "the server answered 503, 5 times"
    assert_equal "$(requests)" 5
}

@test "nobody listens" {
    run harness image pull "http://127.0.0.1:9/disk.raw"
    assert_refused "5 times"
}

@test "a redirect is followed" {
    run harness image pull "$(url redirect disk.raw)"
    assert_success
    assert_pulled
}

@test "redirects in a circle" {
    run harness image pull "$(url circle disk.raw)"
    assert_refused "redirects"
}

@test "a redirect to a file of this machine is not followed" {
    run harness image pull "$(url elsewhere disk.raw)"
    assert_refused "cannot download"
}

@test "an answer that breaks off is continued" {
    run harness image pull "$(url truncate_once disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    assert_output --partial "the connection ended before the end of the file; trying again"
    assert_pulled
    run tail -n 1 "$files/requests"
    assert_output --regexp 'bytes=1499904- "one"$'
}

@test "a server that always breaks off" {
    run harness image pull "$(url truncate disk.raw)" --sha256 "$(sha disk.raw)"
    assert_refused "the connection ended before the end of the file, 5 times"
}

@test "a server without ranges is asked for the whole" {
    run harness image pull "$(url norange_once disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    assert_pulled
}

@test "a file that changed meanwhile is fetched from its start" {
    run harness image pull "$(url changed disk.raw)"
    assert_success
    assert_pulled
}

@test "without ETag and checksum nothing is continued" {
    run harness image pull "$(url mixed disk.raw)"
    assert_success
    assert_pulled
    run tail -n 1 "$files/requests"
    assert_output --regexp ' - -$'
}

@test "another part than was asked for" {
    run harness image pull "$(url wrongrange disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    assert_output --partial "the server sent another part than was asked for; trying again"
    assert_pulled
}

@test "a stall ends the try, and the next goes on from there" {
    run harness image pull "$(url stall_once disk.raw)" --timeout 4 --sha256 "$(sha disk.raw)"
    assert_success
    assert_output --partial "nothing came for 4 s; trying again"
    assert_pulled
    run tail -n 1 "$files/requests"
    assert_output --regexp 'bytes=299980- "one"$'
}

@test "a wrong checksum leaves nothing" {
    run harness image pull "$(url plain disk.raw)" --sha256 "$(sha disk.qcow2)"
    assert_refused "has the wrong checksum and was removed: sha256 $(sha disk.raw), not $(sha disk.qcow2)"
    [ -z "$(find "$VMNET_CACHE" -name '.*.part*')" ]
}

part_is_begun() { [ -n "$(find "$VMNET_CACHE" -name '.*.part' -size +1000 2>/dev/null)" ]; }

# interrupt URL: a pull that is interrupted in the middle.
interrupt() {
    # Not by a function: the pid is to be the program's, which ip becomes.
    ip netns exec "$ns" "$bin/vmnet-harness" image pull "$1" >"$dir/log" 2>&1 3>&- &
    pid=$!
    wait_for 30 part_is_begun
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 143
}

@test "an interrupted pull is continued by the next command" {
    interrupt "$(url gate disk.raw)"
    assert_equal "$(images)" ""
    touch "$files/open"
    run harness image pull "$(url gate disk.raw)"
    assert_success
    assert_pulled
    run tail -n 1 "$files/requests"
    assert_output --regexp 'bytes=1499904- "one"$'
}

@test "a part that somebody spoilt costs a second download, and no more" {
    key=$(printf %s "$(url plain disk.raw)" | sha256sum | cut -d' ' -f1)
    mkdir -p "$VMNET_CACHE"
    head -c 5000 /dev/zero >"$VMNET_CACHE/.$key.part"
    run harness image pull "$(url plain disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    assert_output --partial "what was continued has the wrong checksum; once more from the start"
    assert_pulled
    assert_equal "$(requests)" 2
}

@test "a part that is longer than the file" {
    key=$(printf %s "$(url plain disk.raw)" | sha256sum | cut -d' ' -f1)
    mkdir -p "$VMNET_CACHE"
    head -c 5000000 /dev/zero >"$VMNET_CACHE/.$key.part"
    run harness image pull "$(url plain disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    assert_output --partial "the server answered 416; trying again"
    assert_pulled
}

@test "a length that nobody tells needs a checksum" {
    run harness image pull "$(url nolength disk.raw)"
    assert_refused "the server does not tell its length"
    run harness image pull "$(url nolength disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    assert_pulled
}

@test "chunks have an end" {
    run harness image pull "$(url chunked disk.raw)"
    assert_success
    assert_pulled
}

@test "a page, an empty file, and disks that lead to other files" {
    for file in page.img:"is no disk image: it has no boot record" empty.img:"the file is empty" \
        backed.qcow2:"neither a raw nor a whole qcow2" outside.qcow2:"neither a raw nor a whole qcow2"; do
        run harness image pull "$(url plain "${file%%:*}")"
        assert_refused "${file#*:}"
        [ -z "$(find "$VMNET_CACHE" -name '.*.part' -size +0)" ]
    done
}

@test "a limit, told at the start or found on the way" {
    run harness image pull "$(url plain disk.raw)" --max-size 1
    assert_refused "it is larger than the limit of 1.0 MiB"
    run harness image pull "$(url chunked disk.raw)" --max-size 1
    assert_refused "it is larger than the limit of 1.0 MiB"
}

@test "a disk that is full: told before, found on the way, found by the conversion" {
    mkdir -p "$VMNET_CACHE"
    mount -t tmpfs -o size=2m tmpfs "$VMNET_CACHE" || skip "needs mount"
    run harness image pull "$(url plain disk.raw)"
    assert_refused "it needs 2.9 MiB more"
    run harness image pull "$(url chunked disk.raw)"
    assert_refused "no space left"
    [ -z "$(find "$VMNET_CACHE" -name '.*.part')" ]
    mount -o remount,size=4m "$VMNET_CACHE"
    run harness image pull "$(url plain disk.raw)"
    assert_refused "cannot convert the image: no space left"
    # Now there is room for what had come already.
    mount -o remount,size=16m "$VMNET_CACHE"
    run harness image pull "$(url plain disk.raw)" --sha256 "$(sha disk.raw)"
    assert_success
    refute_output --partial "trying again"
    assert_pulled
}

@test "of two pulls at once one fetches, the other waits" {
    for one in 1 2; do
        in_ns timeout 120 "$bin/vmnet-harness" image pull "$(url gate disk.raw)" >"$dir/log.$one" 2>&1 3>&- &
        echo $! >"$dir/pid.$one"
    done
    wait_for 30 grep -q "waiting for another command that makes" "$dir/log.1" "$dir/log.2"
    touch "$files/open"
    for one in 1 2; do
        wait "$(cat "$dir/pid.$one")"
    done
    assert_equal "$(requests)" 1
    assert_pulled
}

@test "a mirror stands for the host, and the image has its first name" {
    run harness image pull "https://images.example/plain/disk.raw" --mirror "$server/" --sha256 "$(sha disk.raw)"
    assert_success
    assert_pulled
    assert_equal "$(jq -r .url "$(images)/image.json")" "https://images.example/plain/disk.raw"
}

@test "http_proxy, https_proxy and all_proxy are heeded" {
    # The server takes the absolute form of a proxy's request for a path that it does not know.
    http_proxy=$server run harness image pull "http://images.example/plain/disk.raw"
    assert_failure 1
    grep -q 'GET http://images.example/plain/disk.raw' "$files/requests"
    all_proxy=$server run harness image pull "http://images.example/plain/disk.raw?all"
    grep -q 'GET http://images.example/plain/disk.raw?all' "$files/requests"
    https_proxy=$server run harness image pull "https://images.example/plain/disk.raw"
    assert_failure 1
    grep -q 'CONNECT images.example:443' "$files/requests"
}

@test "no_proxy names hosts that are asked directly" {
    # Nobody listens on port 1.
    http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 run harness image pull "$(url plain disk.raw)"
    assert_success
    assert_pulled
}

# catalogue TEXT: the user's own.
catalogue() {
    mkdir -p "$dir/.config/vmnet-helper"
    cat >"$dir/.config/vmnet-helper/images.yaml"
}

arch() { uname -m | sed 's/x86_64/x86-64/; s/aarch64/arm64/'; }

@test "an image of the user's catalogue, verified by the publisher's list" {
    catalogue <<YAML
images:
  - name: mine
    version: "7"
    arch: $(arch)
    url: $server/plain/disk.qcow2
    checksums: $server/plain/SHA256SUMS
    user: me
YAML
    run harness image pull mine
    assert_success
    assert_output --partial "the sha256 is right"
    assert_pulled
    assert_equal "$(jq -r .user "$(images)/image.json")" me
    run harness image list
    assert_line --regexp "^mine +pulled +2.9 MiB +mine 7 for $(arch)"
}

@test "a list with SHA-512" {
    catalogue <<YAML
images:
  - {name: mine, arch: $(arch), url: "$server/plain/disk.raw", checksums: "$server/plain/SHA512SUMS", user: me, format: raw}
YAML
    run harness image pull mine
    assert_success
    assert_output --partial "the sha512 is right"
    assert_pulled
}

@test "a list without the file, and one that is not there" {
    for list in plain/SHA512SUMS:"has none for disk.qcow2" missing/SHA256SUMS:"the server answered 404"; do
        catalogue <<YAML
images:
  - {name: mine, arch: $(arch), url: "$server/plain/disk.qcow2", checksums: "$server/${list%%:*}", user: me}
YAML
        run harness image pull mine
        assert_refused "${list#*:}"
    done
    run grep disk.qcow2 "$files/requests"
    assert_failure
}

@test "another format than the catalogue says" {
    catalogue <<YAML
images:
  - {name: mine, arch: $(arch), url: "$server/plain/disk.raw", format: qcow2, user: me}
YAML
    run harness image pull mine
    assert_refused "is raw, not qcow2 as the catalogue says"
}

# spoilt MESSAGE: the catalogue on stdin has this error.
spoilt() {
    catalogue
    run harness image list
    assert_failure 1
    assert_output "error: $dir/.config/vmnet-helper/images.yaml:$1"
}

@test "errors of a catalogue name line and column" {
    spoilt '3:5: unknown key "ulr": did you mean "url"?' <<<$'images:\n  - name: mine\n    ulr: x'
    spoilt '2:5: this image has no "user"' <<<$'images:\n  - name: mine'
    spoilt '4:11: arch: unknown "mips": use one of x86-64, arm64' <<<$'images:\n  - name: mine\n    user: me\n    arch: mips'
    spoilt '5:10: url "ftp://x/y" must begin with https://, http:// or file://' \
        <<<$'images:\n  - name: mine\n    user: me\n    arch: arm64\n    url: ftp://x/y'
    spoilt '6:13: sha256: not 64 hexadecimal digits' \
        <<<$'images:\n  - name: mine\n    user: me\n    arch: arm64\n    url: http://x/y\n    sha256: abc'
    spoilt '5:24: packages: "a b" is no name of a package' \
        <<<$'images:\n  - name: mine\n    user: me\n    arch: arm64\n    packages: [iperf3, "a b"]\n    url: http://x/y'
    spoilt '1:1: unknown key "image": did you mean "images"?' <<<"image: []"
    spoilt '3:5: image "a" for arm64 a second time' <<<"images:
  - {name: a, user: a, arch: arm64, url: \"http://x/y\"}
  - {name: a, user: a, arch: aarch64, url: \"http://x/z\"}"
}

@test "the catalogue that is installed is read, for both architectures" {
    run harness image list --json
    assert_success
    for name in ubuntu debian-cloud fedora alpine; do
        assert_equal "$(jq -r ".[] | select(.name == \"$name\") | .built" <<<"$output")" false
    done
    run harness image pull no-such-image
    assert_failure 1
    assert_output --partial 'unknown image "no-such-image"; there are: debian, tiny, ubuntu, debian-cloud, fedora, alpine'
    run harness image pull ubunto
    assert_output --partial 'did you mean "ubuntu"?'
}

@test "options: what they may be" {
    run harness image pull "$server/x" --sha256 abc
    assert_failure 2
    assert_output 'error: option "--sha256" must be 64 hexadecimal digits, not "abc"'
    run harness image pull "ftp://x/y"
    assert_failure 2
    assert_output 'error: image "ftp://x/y" must begin with https://, http:// or file://'
    run harness image pull "http://me:secret@x/y"
    assert_failure 2
    refute_output --partial secret
    run harness image pull x --arch mips
    assert_failure 2
    run harness image pull tiny
    assert_failure 1
    assert_output 'error: image "tiny" is built here, not downloaded: image build tiny'
    run harness vm start one --image "ftp://x/y"
    assert_failure 2
}

@test "delete removes an image, but not below a VM" {
    harness image pull "$(url plain disk.raw)"
    mkdir -p "$VMNET_HOME/vms/one"
    printf '{"image_dir": "%s"}' "$(images)" >"$VMNET_HOME/vms/one/state.json"
    touch "$VMNET_HOME/vms/one/disk.qcow2"
    run harness image delete "$(url plain disk.raw)"
    assert_failure 1
    assert_output --partial 'is used by VM "one"'
    run harness image prune --all
    assert_success
    assert_pulled
    harness vm delete one
    run harness image delete "$(url plain disk.raw)"
    assert_success
    assert_equal "$(images)" ""
    run harness image delete "$(url plain disk.raw)"
    assert_failure 1
    assert_output --partial "is not in the cache"
}

@test "a pin that the cached image has not" {
    harness image pull "$(url plain disk.raw)"
    run harness image pull "$(url plain disk.raw)" --sha256 "$(sha disk.qcow2)"
    assert_failure 1
    assert_output --partial "is in the cache with the sha256 $(sha disk.raw), not $(sha disk.qcow2)"
    assert_pulled
}

@test "prune removes what broke off, and with --all what nobody uses" {
    harness image pull "$(url plain disk.raw)"
    interrupt "$(url gate disk.raw)"
    run harness image prune --dry-run
    assert_success
    assert_output --partial "would remove"
    [ -n "$(find "$VMNET_CACHE" -name '.*.part')" ]
    run harness image prune
    assert_success
    assert_pulled
    run harness image prune --all
    assert_success
    assert_equal "$(images)" ""
    assert_output --partial "freed: 2.9 MiB"
}
