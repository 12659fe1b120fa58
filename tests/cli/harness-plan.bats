# Many VMs of one command, and the YAML file that names them: no privilege, no guest.
load ../lib/common

setup() {
    dir=$(mktemp -d /tmp/hp.XXXXXX)
    export VMNET_HOME=$dir/home
    unset VMNET_NETNS VMNET_CACHE SUDO_UID SUDO_GID
    file=$dir/lab.yaml
}

teardown() { rm -rf "$dir"; }

harness() { "$bin/vmnet-harness" "$@"; }

# refused MESSAGE ARGUMENT...: one line that says it, and the status for usage.
refused() {
    local message=$1
    shift
    run harness "$@"
    assert_failure 2
    assert_output --partial "error: $message"
    assert_equal "${#lines[@]}" 1
}

# file_refused MESSAGE, with the file as stdin: what is wrong with it, with its place.
file_refused() {
    cat >"$file"
    refused "$file:$1" vm start -f "$file"
}

@test "names: none, twice, bad" {
    refused "start needs: NAME..., --file FILE or --all" vm start
    for command in stop restart delete; do
        refused "$command needs: NAME... or --all" vm "$command"
        refused "$command takes names or --all, not both" vm "$command" one --all
        refused 'VM "one" is named twice' vm "$command" one two one
        refused 'bad VM name "a/b"' vm "$command" one a/b
    done
    refused 'VM "one" is named twice' vm start one one
    refused "--foreground is for one VM" vm start one two --foreground
}

@test "all of none is nothing to do" {
    for command in stop restart delete; do
        run harness vm "$command" --all
        assert_success
        assert_output --partial "there is no such VM"
    done
    run harness vm list --all --json
    assert_output "[]"
}

@test "many: each line has its VM's name, and the summary names those that failed" {
    mkdir -p "$VMNET_HOME/vms/one" "$VMNET_HOME/vms/two"
    run harness vm stop one ghost two
    assert_failure 1
    assert_line --regexp '^one: \[ .*\] VM "one" is not running$'
    assert_line 'ghost: error: there is no VM "ghost"; `vm list` shows them'
    assert_line --index -1 "error: stopped 2 of 3 VMs; failed: ghost"
    run harness vm delete --all
    assert_success
    assert_line --regexp 'deleted 2 VMs$'
    run harness vm list --json
    assert_output "[]"
}

@test "all: those that are stopped are started, and nothing is left out silently" {
    run harness vm start --all
    assert_success
    assert_output --partial "no VM is stopped: nothing was started"
    refused 'start takes names or --all, not both' vm start --all one
    echo 'vms: {one: {}}' >"$file"
    refused '--all is for the VMs there are, --file for those of a file; not both' vm start --all -f "$file"
    mkdir -p "$VMNET_HOME/vms/one" "$VMNET_HOME/vms/two"
    # Both are tried, as far as a key that is none.
    echo text >"$dir/key"
    run harness vm start --all --ssh-key "$dir/key"
    assert_failure 1
    assert_line --partial "one: error: $dir/key:1: not a public SSH key"
    assert_line --partial "two: error: $dir/key:1: not a public SSH key"
    assert_line --index -1 "error: started 0 of 2 VMs; failed: one, two"
}

@test "json: an object for one, a list for many" {
    mkdir -p "$VMNET_HOME/vms/one" "$VMNET_HOME/vms/two"
    run harness vm status one two
    assert_success
    assert_line --regexp '^name +two$'
    assert_equal "$(harness vm status one --json | jq -r '.name + " " + .state')" "one stopped"
    assert_equal "$(harness vm status one two --json | jq -c 'map(.name)')" '["one","two"]'
    assert_equal "$(harness vm wait one --for stopped --json | jq -r .state)" stopped
    assert_equal "$(harness vm wait --all --for stopped --json 2>/dev/null | jq -c 'map(.name)')" '["one","two"]'
    assert_equal "$(harness vm stop one --json 2>/dev/null | jq -r .state)" stopped
    assert_equal "$(harness vm list --quiet | paste -sd' ')" "one two"
    assert_equal "$(harness vm list -q two)" two
    assert_equal "$(harness vm delete --all --json 2>/dev/null | jq -c 'map([.name, .state])')" \
        '[["one","deleted"],["two","deleted"]]'
}

@test "ip: of a VM that does not run there is none, also after the time" {
    run harness vm ip ghost
    assert_failure 1
    assert_output --partial 'error: there is no VM "ghost"'
    mkdir -p "$VMNET_HOME/vms/one"
    run harness vm ip one --wait 1
    assert_failure 1
    assert_output 'error: VM "one" has no address: it is stopped'
    refused 'option "--wait" must be a number of seconds from 0 to 86400, not "x"' vm ip one --wait x
}

@test "list of some" {
    mkdir -p "$VMNET_HOME/vms/one" "$VMNET_HOME/vms/two"
    run harness vm list two --json
    assert_equal "$(jq -r '.[].name' <<<"$output")" two
    run harness vm list ghost
    assert_failure 1
}

@test "file: missing, empty, without VMs" {
    refused "cannot read \"$file\": No such file" vm start --file "$file"
    file_refused "" </dev/null
    file_refused "1:1: vms: is needed" <<<"image: tiny"
    file_refused "1:6: vms: must be a mapping" <<<"vms: one"
    file_refused "1:6: vms: must be a mapping" <<<"vms: {}"
}

@test "file: an unknown key, with its place and the nearest" {
    file_refused '2:1: unknown key "imag": did you mean "image"?' <<<$'vms: {one: {}}\nimag: tiny'
    file_refused '3:5: unknown key "memry": did you mean "memory"?' <<<$'vms:\n  one:\n    memry: 100'
    file_refused '3:5: unknown key "json"' <<<$'vms:\n  one:\n    json: true'
    file_refused '3:5: "cpus" a second time' <<<$'vms:\n  one: {cpus: 1,\n    cpus: 2}'
}

@test "file: a bad value, with its place" {
    file_refused '3:11: one: option "--cpus" must be a number from 1 to 64, not "many"' <<<$'vms:\n  one:\n    cpus: many'
    file_refused '1:9: one: option "--driver" must be qemu, vfkit or krunkit' <<<$'driver: vmware\nvms: {one: }'
    file_refused '3:23: enable-isolation: "maybe" is neither true nor false' <<<$'vms:\n  one:\n    enable-isolation: maybe'
    file_refused '2:3: one: --start-address, --end-address and --subnet-mask are used all together' \
        <<<$'vms:\n  one:\n    start-address: 192.168.7.1'
    file_refused '2:3: bad VM name "a/b"' <<<$'vms:\n  a/b: {}'
    file_refused '3:3: "one" a second time' <<<$'vms:\n  one: {}\n  one: {}'
    file_refused '3:12: image: not a text' <<<$'vms:\n  one:\n    image: [tiny]'
}

@test "file: a bad option of the command line is not the file's" {
    echo 'vms: {one: {}}' >"$file"
    run harness vm start -f "$file" --cpus 0
    assert_failure 2
    assert_output --partial 'option "--cpus" must be a number'
}

@test "file: the names must be in it" {
    echo 'vms: {one: {}}' >"$file"
    refused "$file has no VM \"two\"" vm start -f "$file" two
}

@test "wait and cp: what they refuse" {
    refused 'option "--for" must be login, address or stopped, not "godot"' vm wait one --for godot
    refused 'option "--timeout" must be a number of seconds' vm wait one --timeout -1
    refused "cp needs: SOURCE... TARGET" vm cp one:a
    refused "cp needs NAME:PATH of one VM" vm cp a b
    refused "cp needs NAME:PATH of one VM" vm cp one:a two:b c
    refused "cp needs NAME:PATH of one VM" vm cp one:a two:b
    refused "cp needs NAME:PATH of one VM" vm cp a one:a b
    run harness vm cp ghost:a .
    assert_failure 1
    assert_output --partial 'there is no VM "ghost"'
}

@test "wait: not within the time" {
    run harness vm wait ghost --timeout 0
    assert_failure 1
    assert_output --partial 'error: VM "ghost" is not ready after 0 s'
    mkdir -p "$VMNET_HOME/vms/one"
    run harness vm wait one --for stopped
    assert_success
}

@test "options: what the new ones refuse" {
    refused 'option "--vfkit-magic" must be on or off' vm start one --driver vfkit --vfkit-magic x
    refused '--vfkit-magic is for vfkit and krunkit, not for the driver qemu' vm start one --vfkit-magic on
    refused '--enable-offloading is for krunkit, not for the driver qemu' vm start one --enable-offloading
    refused '--enable-offloading is for krunkit, not for the driver vfkit' vm start one --driver vfkit --enable-offloading
    refused '--connection stream is not supported for the driver vfkit' vm start one --driver vfkit --connection stream
    refused "--driver-command \"$dir/none\" cannot be run: No such file" vm start one --driver-command "$dir/none"
    refused 'option "--wait" must be login or address' vm start one --wait godot
    refused '--provision needs a login' vm start one --wait address --provision /bin/true
    refused "cannot read the file of --cloud-init, $dir/none" vm start one --cloud-init "$dir/none"
    refused 'option "--dns-servers" must be 1 to 4 IPv4 addresses' vm start one --dns-servers 1.1.1
    refused 'option "--offload-engine" must be auto, on or off' vm start one --offload-engine x
}
