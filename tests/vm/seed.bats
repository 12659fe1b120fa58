# What a user adds to a guest: one start with all of it. The tests follow on each other.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() {
    vm_setup
    ssh-keygen -q -t ed25519 -N '' -C 'me: # home' -f "$dir/mine"
    ssh-keygen -q -t ed25519 -N '' -f "$dir/other"
    ssh-keygen -q -t ed25519 -N '' -f "$dir/stranger"
    printf '#cloud-config\nhostname: renamed\nssh_authorized_keys:\n  - %s\n' "$(cat "$dir/other.pub")" >"$dir/user-data"
    cat >"$dir/provision" <<'EOF'
#!/bin/sh
echo "arguments: $#, user: $(id -u), input: $(cat | wc -c)"
echo "run" >>/root/provisioned
EOF
    cd "$dir" || return
    start_guest one --image tiny --dns-servers 192.0.2.1,192.0.2.2 --cloud-init user-data --ssh-key mine.pub \
        --provision provision --disk 1
}

teardown_file() { vm_teardown; }

@test "name servers replace those of the network" {
    run in_guest one cat /etc/resolv.conf
    assert_output "$(printf 'nameserver 192.0.2.1\nnameserver 192.0.2.2')"
}

@test "the user's cloud-init document is merged" {
    run in_guest one hostname
    assert_output renamed
}

# login KEY: as somebody who has that key.
login() {
    sed '/IdentityFile/d' "$(vm_field one ssh_config)" >"$dir/ssh.config"
    ip netns exec "$ns" timeout 60 ssh -o BatchMode=yes -F "$dir/ssh.config" -i "$1" one true </dev/null 3>&-
}

@test "further keys are let in, from file and document, and no other" {
    wait_for 60 login "$dir/mine"
    wait_for 60 login "$dir/other"
    run login "$dir/stranger"
    assert_failure
    assert_output --partial "Permission denied"
}

@test "the script was run as root, without input" {
    assert_equal "$(cat "$VMNET_HOME/vms/one/provision.log")" "arguments: 0, user: 0, input: 0"
    run in_guest one cat /root/provisioned
    assert_output run
}

@test "the further disk is there" {
    run in_guest one cat /sys/block/vdb/size
    assert_output $((1 << 21))
}

@test "a start from another folder finds the files, and runs the script again in a guest that forgets" {
    harness vm stop one
    cd / || return
    run start_guest one
    assert_success
    run in_guest one hostname
    assert_output renamed
    run in_guest one cat /root/provisioned
    assert_output run
}

@test "a script that fails ends the start, with its last words" {
    harness vm stop one
    printf '#!/bin/sh\necho "no such package" >&2\nexit 7\n' >"$dir/provision"
    run start_guest one
    assert_failure 1
    assert_output --partial "error: $dir/provision failed in VM \"one\" with exit status 7; its output"
    assert_output --partial "no such package"
    wait_for 30 nothing_is_left
}

@test "what cannot be merged is refused before anything is made" {
    printf '#cloud-config\nssh_keys:\n  a: b\n' >"$dir/bad"
    run start_guest two --image tiny --cloud-init "$dir/bad"
    assert_failure 1
    assert_output --partial "error: $dir/bad:2:1: \"ssh_keys\" is the harness's"
    run start_guest two --image tiny --ssh-key "$dir/mine"
    assert_failure 1
    assert_output --partial "error: $dir/mine:1: not a public SSH key; those are in files whose names end with .pub"
    [ ! -e "$VMNET_HOME/vms/two" ]
}
