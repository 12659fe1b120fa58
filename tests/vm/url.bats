# An image that is downloaded, and starts by a boot loader of its own: the tiny guest on a disk for BIOS, which a
# server in the namespace offers and a catalogue names.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    local program
    for program in syslinux mformat mcopy; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
    harness image build tiny
    make_disk "$(ls -d "$VMNET_CACHE"/tiny/*/kernel | grep -v arm64 | head -n 1 | xargs dirname)"
    ip netns exec "$ns" python3 "$root/tests/lib/image_server.py" "$dir/files" "$dir/port" "$dir/requests" >/dev/null 2>&1 3>&- &
    echo $! >"$dir/server.pid"
    wait_for 30 test -s "$dir/port"
    export XDG_CONFIG_HOME=$dir/config VMNET_CACHE=$dir/cache server
    server=http://127.0.0.1:$(cat "$dir/port")
    mkdir -p "$dir/config/vmnet-helper"
    cat >"$dir/config/vmnet-helper/images.yaml" <<YAML
images:
  - name: lab
    arch: $(uname -m)
    url: $server/truncate_once/lab.img
    checksums: $server/plain/SHA256SUMS
    format: raw
    user: root
    packages: [iperf3, g++]
YAML
}

# A FAT file system without partitions: the BIOS starts its first sector.
make_disk() {
    local image=$dir/files/lab.img
    mkdir -p "$dir/files"
    truncate -s 40M "$image"
    mformat -i "$image" -h 16 -s 63 -t 81 ::
    {
        echo 'DEFAULT lab'
        echo 'LABEL lab'
        echo '  LINUX /kernel'
        echo '  INITRD /initrd'
        echo "  APPEND $(cat "$1/cmdline")"
    } >"$dir/syslinux.cfg"
    mcopy -i "$image" "$1/kernel" "$1/initrd" "$dir/syslinux.cfg" ::/
    syslinux --install "$image"
    (cd "$dir/files" && sha256sum lab.img >SHA256SUMS)
}

teardown_file() {
    [ ! -e "${dir:-}/server.pid" ] || kill "$(cat "$dir/server.pid")" || true
    vm_teardown
}

# The image comes from a server in the namespace, so the harness is there too.
start_lab() {
    timeout 400 ip netns exec "$ns" env VMNET_NETNS="$ns" "$bin/vmnet-harness" vm start "$@" --timeout 300 3>&-
}

@test "an image of a catalogue is downloaded, verified and started by its own loader" {
    run start_lab one --image lab --memory 256
    assert_success
    assert_output --partial "image lab: the sha256 is right"
    run in_guest one hostname
    assert_output one
}

@test "the seed asks for the packages that the catalogue names" {
    run sed -n '/^packages:/,$p' "$VMNET_HOME/vms/one/seed/user-data"
    assert_output "$(printf 'packages:\n  - "iperf3"\n  - "g++"')"
}

@test "its disk is a layer over the image, which stays as it is" {
    run in_guest one sh -c 'ls /dev/vda && dd if=/dev/zero of=/dev/vda bs=512 seek=100 count=1 && sync'
    assert_success
    cmp "$dir"/cache/*/disk.img "$dir/files/lab.img"
    run harness image delete lab
    assert_failure 1
    assert_output --partial 'image lab is used by VM "one"'
}

@test "a disk belongs to one architecture" {
    harness vm stop one
    run start_lab one --arch arm64
    assert_failure 1
    assert_output --partial 'VM "one" has a disk for another architecture than arm64'
}

@test "another VM takes it from the cache" {
    before=$(wc -l <"$dir/requests")
    start_lab two --image lab --memory 256
    assert_equal "$(wc -l <"$dir/requests")" "$before"
    run in_guest two hostname
    assert_output two
}

@test "without VMs the image can go" {
    harness vm delete one
    harness vm delete two
    run harness image delete lab
    assert_success
    [ -z "$(ls "$dir/cache")" ]
}
