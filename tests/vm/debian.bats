# The whole of Debian: systemd and cloud-init. The tests follow on each other.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    cat >"$dir/user-data" <<'EOF'
#cloud-config
timezone: Asia/Tokyo
ssh_pwauth: false
write_files:
  - path: /etc/from-the-user
    permissions: "0640"
    content: |
      first line
      second: line
runcmd:
  - [sh, -c, "hostname >/root/ran"]
EOF
    # The image may have to be built first.
    VMNET_NETNS=$ns timeout 900 "$bin/vmnet-harness" vm start deb --image debian --disk-size 3 --timeout 400 \
        --cloud-init "$dir/user-data" 3>&-
}

teardown_file() { vm_teardown; }

cloud_init_is_done() {
    in_guest deb cloud-init status >"$dir/status" 2>&1
    grep -q '^status: done$' "$dir/status"
}

@test "cloud-init ends without an error" {
    wait_for 200 cloud_init_is_done
}

@test "the user's cloud-init document was merged with the harness's" {
    run in_guest deb sudo stat -c '%a %U' /etc/from-the-user
    assert_output "640 root"
    run in_guest deb sudo cat /etc/from-the-user
    assert_output "$(printf 'first line\nsecond: line')"
    run in_guest deb sudo cat /root/ran
    assert_output deb
    run in_guest deb readlink /etc/localtime
    assert_output --partial Asia/Tokyo
}

@test "the host name is the seed's" {
    run in_guest deb hostname
    assert_output deb
}

@test "the host key is the seed's, and the only one" {
    run in_guest deb sudo sh -c 'cat /etc/ssh/ssh_host_*_key.pub'
    assert_success
    assert_output "$(cat "$VMNET_HOME/vms/deb/host_key.pub")"
}

@test "the key that may log in is the seed's" {
    run in_guest deb sh -c 'grep -v "^#" ~/.ssh/authorized_keys'
    assert_output "$(cat "$VMNET_HOME/id_ed25519.pub")"
}

@test "nobody logs in with a password" {
    run in_guest deb sudo sshd -T
    assert_line "passwordauthentication no"
    run in_guest deb sudo sh -c "awk -F: '\$2 ~ /^\\\$/' /etc/shadow"
    assert_output ""
}

@test "the file system has grown to the size of the disk" {
    run in_guest deb sh -c "df -k / | awk 'NR == 2 { print (\$2 > 2500000) }'"
    assert_output 1
}

@test "restart keeps the address and what was written" {
    before=$(guest_address deb)
    in_guest deb sh -c 'echo kept >kept; sync'
    run timeout 600 "$bin/vmnet-harness" vm restart deb --timeout 400 3>&-
    assert_success
    assert_line "Virtual machine IP address: $before"
    run in_guest deb cat kept
    assert_output kept
}

@test "stop leaves nothing" {
    run harness vm stop deb
    assert_success
    wait_for 30 nothing_is_left
}
