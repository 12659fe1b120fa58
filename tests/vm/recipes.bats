# The builders of images that need no download from a publisher. That what they build boots is for the tests that start
# guests; the debian image takes too long to be built once more here.

load ../lib/common

setup_file() {
    need_root
    out=$(mktemp -d)
    export out
    "$root/images/tiny/build" "$out" >"$BATS_FILE_TMPDIR/steps" 2>&1 || cat "$BATS_FILE_TMPDIR/steps"
}

teardown_file() {
    [ -z "${out:-}" ] || rm -rf "$out"
}

@test "the tiny image is a kernel, an initrd and three lines about them, and nothing else" {
    run ls -A "$out"
    assert_output "$(printf '%s\n' cmdline description initrd kernel user)"
}

@test "each of the lines is one line" {
    assert_equal "$(cat "$out/user")" root
    assert_equal "$(wc -l <"$out/cmdline")" 1
    assert_equal "$(wc -l <"$out/description")" 1
    run cat "$out/cmdline"
    assert_output --partial "console=ttyS0"
}

@test "the initrd holds what the guest runs" {
    files=$(zstd -dqc "$out/initrd" | cpio -t --quiet)
    for file in init bin/busybox usr/sbin/dropbear usr/bin/iperf3 lib/tiny/seed; do
        grep -qx "\(\./\)\?$file" <<<"$files" || fail "no $file"
    done
    grep -q virtio_net.ko <<<"$files"
}

@test "nobody has a password" {
    run sh -c 'zstd -dqc "$0/initrd" | cpio -i --quiet --to-stdout "*etc/shadow"' "$out"
    assert_output --regexp '^root:\*:[0-9:]*$'
}

@test "a builder without a directory tells its usage" {
    for image in tiny debian; do
        run "$root/images/$image/build" "$out/none"
        assert_failure 2
        assert_output --partial "usage:"
    done
}

# yaml_lines: what the tiny guest reads of the seed on stdin
yaml_lines() {
    busybox awk -f "$root/images/tiny/yaml.awk"
}

@test "the tiny guest reads mappings, sequences, blocks and comments of a seed" {
    run yaml_lines <<'YAML'
#cloud-config
hostname: demo # a comment
ssh_authorized_keys:
- "ssh-ed25519 AAAA one: # key"
- 'ssh-ed25519 BBBB it''s'
ssh_keys:
  ed25519_private: |
    -----BEGIN
    key: value
  ed25519_public: "x"
routes:
  - to: default
    via: 192.168.105.1
list: [a, "b"]
map: {one: 1, two: "2"}
YAML
    assert_success
    assert_output "$(printf '%s\t%s\n' \
        hostname demo \
        ssh_authorized_keys.0 'ssh-ed25519 AAAA one: # key' \
        ssh_authorized_keys.1 "ssh-ed25519 BBBB it's" \
        ssh_keys.ed25519_private -----BEGIN \
        ssh_keys.ed25519_private 'key: value' \
        ssh_keys.ed25519_public x \
        routes.0.to default \
        routes.0.via 192.168.105.1 \
        list.0 a \
        list.1 b \
        map.one 1 \
        map.two 2)"
}
