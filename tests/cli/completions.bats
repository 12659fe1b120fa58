# Completions, asked as the shells ask them. Each offers exactly the options of --help.

bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
    home=$BATS_TEST_TMPDIR/home
    mkdir -p "$home/.vmnet-helper/vms/demo" "$home/.vmnet-helper/vms/other"
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return
    touch some.yaml
}

# The clean surroundings of a shell.
clean() {
    env -i HOME="$home" PATH="$bin:/usr/bin:/bin" VMNET_DATA="$root" LC_ALL=C.UTF-8 "$@"
}

# in_bash WORD...: what bash offers for the last word.
in_bash() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    clean bash --norc -c '
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _vmnet "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        [ "${#COMPREPLY[@]}" -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' bash "$root/completions/vmnet-helper.bash" "$@" | sort
}

# The same of zsh, with the functions of its completion system that say what is offered.
in_zsh() {
    # shellcheck disable=SC2016
    clean zsh -f -c '
        file=$1; shift
        words=("$@"); CURRENT=$#
        compadd() { [[ $1 == -a ]] && print -rl -- ${(P)2} }
        _describe() { local kind; [[ $1 == -o ]] && shift; for kind in ${(P)2}; do print -r -- ${kind%%:*}; done }
        _files() { print FILES }
        _users() { print root }
        _normal() { print COMMAND "$words[@]" }
        compset() { true }
        . $file' zsh "$root/completions/_vmnet-helper" "$@" | sort
}

# fish LINE: a real question to fish.
in_fish() {
    # shellcheck disable=SC2016
    clean fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$root/completions/vmnet-helper.fish" "$1" | cut -f1 | sort
}

# What begins a line of the help of these words: -f --fd
help_options() {
    VMNET_DATA=$root "$bin/$1" "${@:2}" --help | sed -nE 's/^ +((-[A-Za-z], +)?--[a-z0-9-]+).*/\1/p' | grep -oE -- '-[A-Za-z0-9-]+' | sort -u
}

need() {
    command -v "$1" >/dev/null || skip "needs $1"
}

# listed PROGRAM WORD...: the commands that its help lists.
listed() {
    VMNET_DATA=$root "$bin/$1" "${@:2}" --help | awk '/^  [a-z]/ { sub(/^ +/, ""); sub(/  .*/, ""); count = split($0, parts, /, /)
        for (i = 1; i <= count; i++) { split(parts[i], words, / /); print words[1] } }'
}

# Each program with each of its commands, a line each.
all_commands() {
    local group command
    echo vmnet-helper
    for command in $(listed vmnet-bench); do
        echo "vmnet-bench $command"
    done
    for group in $(listed vmnet-harness); do
        if [ "$group" = doctor ]; then
            echo "vmnet-harness doctor"
            continue
        fi
        for command in $(listed vmnet-harness "$group"); do
            echo "vmnet-harness $group $command"
        done
    done
}

# offers_all ASK: an ASK of each shell gives the options of each help. Of the client and vmnet-run: those of
# its own help and the helper's, but for the socket, which it makes itself.
offers_all() {
    local words commands
    mapfile -t commands < <(all_commands)
    [ "${#commands[@]}" -gt 30 ]
    for words in vmnet-client vmnet-run; do
        if [ "$1" = in_fish ]; then run in_fish "$words -"; else run "$1" "$words" -; fi
        assert_equal "$output" "$({ help_options "$words"; help_options vmnet-helper | grep -vxE -- "-f|-s|--fd|--socket"; } | sort -u)"
    done
    for words in "${commands[@]}"; do
        # shellcheck disable=SC2086 # a word each
        if [ "$1" = in_fish ]; then run in_fish "$words -"; else run "$1" $words -; fi
        # shellcheck disable=SC2086
        assert_equal "$output" "$(help_options $words)"
    done
}

@test "bash: each program and command has the options of its help" {
    offers_all in_bash
}

@test "bash: values, also after an equals sign" {
    assert_equal "$(in_bash vmnet-helper --operation-mode '' | paste -sd' ')" "bridged host shared"
    assert_equal "$(in_bash vmnet-helper --operation-mode = | paste -sd' ')" "bridged host shared"
    assert_equal "$(in_bash vmnet-helper --operation-mode = sh)" shared
    assert_equal "$(in_bash vmnet-helper --offload-engine o | paste -sd' ')" "off on"
    assert_equal "$(in_bash vmnet-helper --socket so)" some.yaml
    assert_equal "$(in_bash vmnet-helper --fd '')" ""
    assert_equal "$(in_bash vmnet-bench compare --measure bi)" bitrate
    assert_equal "$(in_bash vmnet-bench stats -o j)" json
    assert_equal "$(in_bash vmnet-helper --shared-interface '')" "$("$bin/vmnet-helper" --list-shared-interfaces | sort)"
}

@test "bash: commands, VMs, images, benchmarks and plots" {
    assert_equal "$(in_bash vmnet-harness '' | paste -sd' ')" "doctor image lab vm"
    assert_equal "$(in_bash vmnet-harness vm st | paste -sd' ')" "start status stop"
    assert_equal "$(in_bash vmnet-harness vm stop '' | paste -sd' ')" "demo other"
    assert_equal "$(in_bash vmnet-harness vm autostart '' | paste -sd' ')" "demo off on other"
    assert_equal "$(in_bash vmnet-harness vm cp '' | paste -sd' ')" "demo: other: some.yaml"
    assert_equal "$(in_bash vmnet-harness vm wait demo --for st)" stopped
    assert_equal "$(in_bash vmnet-harness vm start --file so)" some.yaml
    assert_equal "$(in_bash vmnet-harness vm ip demo --wait '')" ""
    assert_equal "$(in_bash vmnet-harness image build t)" tiny
    assert_equal "$(in_bash vmnet-harness vm start demo --image debian | paste -sd' ')" "debian debian-cloud"
    assert_equal "$(in_bash vmnet-bench run qu)" quick
    assert_equal "$(in_bash vmnet-bench run so)" some.yaml
    assert_equal "$(in_bash vmnet-bench plot lat)" latency
    in_bash vmnet-bench cr | grep -qx create
}

@test "bash: the client has the helper's options but for the socket, and a command after --" {
    run in_bash vmnet-client --
    assert_line -- --operation-mode
    refute_line -- --fd
    refute_line -- --socket
    assert_equal "$(in_bash vmnet-client --operation-mode ho)" host
    in_bash vmnet-client -- tru | grep -qx true
    assert_equal "$(in_bash vmnet-run -- true --operation-mode '' | paste -sd' ')" some.yaml
}

@test "bash: nothing here needs more than bash 3.2" {
    run grep -nE 'mapfile|readarray|declare -A|local -n|\$\{[a-z_]+\^|\$\{[a-z_]+,,' "$root/completions/vmnet-helper.bash"
    assert_output ""
}

@test "zsh: the file is right, and each program and command has the options of its help" {
    need zsh
    zsh -n "$root/completions/_vmnet-helper"
    offers_all in_zsh
}

@test "zsh: values, commands, VMs and the command after --" {
    need zsh
    assert_equal "$(in_zsh vmnet-helper --operation-mode '' | paste -sd' ')" "bridged host shared"
    assert_equal "$(in_zsh vmnet-helper --operation-mode= | paste -sd' ')" "bridged host shared"
    assert_equal "$(in_zsh vmnet-helper --socket '')" FILES
    assert_equal "$(in_zsh vmnet-harness vm stop '' | paste -sd' ')" "demo other"
    assert_equal "$(in_zsh vmnet-harness vm autostart '' | paste -sd' ')" "demo off on other"
    assert_equal "$(in_zsh vmnet-harness vm cp '' | paste -sd' ')" "FILES demo: other:"
    assert_equal "$(in_zsh vmnet-harness vm wait demo --for '' | paste -sd' ')" "address login stopped"
    assert_equal "$(in_zsh vmnet-harness image delete '' | paste -sd' ')" "alpine debian debian-cloud fedora tiny ubuntu"
    assert_equal "$(in_zsh vmnet-harness '' | paste -sd' ')" "doctor image lab vm"
    assert_equal "$(in_zsh vmnet-client --operation-mode host -- qemu -x | paste -sd' ')" "COMMAND qemu -x"
    in_zsh vmnet-bench plot '' | grep -qx latency
    run in_zsh vmnet-client -
    assert_line -- --operation-mode
    refute_line -- --fd
}

@test "zsh: its own completion system loads the file for each program" {
    need zsh
    # shellcheck disable=SC2016
    run clean zsh -f -c 'fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D
        for p in helper client run harness bench; do print $_comps[vmnet-$p]; done' zsh "$root/completions"
    assert_output "$(printf '_vmnet-helper\n%.0s' 1 2 3 4 5)"
}

# at_terminal LINE...: a zsh at a terminal of its own, with its completion system, in which each LINE is typed and
# then a tab. Prints the lines as they stand then.
at_terminal() {
    rm -f lines begun
    # shellcheck disable=SC2016
    clean TERM=dumb timeout -k 5 120 zsh -f -c '
        zmodload zsh/zpty
        drain() { local text; while zpty -rt z text; do :; done }
        zpty -b z zsh -f -i
        zpty -w z "PS1= RPS1=; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep no_list_beep
            tell() { print -r -- \$BUFFER >>lines; BUFFER=; }; zle -N tell; bindkey ^T tell; : >begun"
        shift
        until [[ -e begun ]]; do drain; sleep 0.05; done
        count=0
        for line; do
            zpty -wn z "$line"$'"'\t\C-t'"'
            (( ++count ))
            until [[ -e lines && $(wc -l <lines) -ge $count ]]; do drain; sleep 0.05; done
        done
        zpty -d z' zsh "$root/completions" "$@"
    cat lines
}

@test "zsh: at a terminal a tab completes options, values, commands and names" {
    need zsh
    run at_terminal "vmnet-helper --operation-m" "vmnet-helper --operation-mode sha" "vmnet-harness vm stat" \
        "vmnet-harness vm stop dem" "vmnet-bench plot lat" "vmnet-run --enable-iso" "vmnet-run -- tru"
    assert_success
    assert_output "$(printf '%s\n' "vmnet-helper --operation-mode " "vmnet-helper --operation-mode shared " "vmnet-harness vm status " \
        "vmnet-harness vm stop demo " "vmnet-bench plot latency " "vmnet-run --enable-isolation " "vmnet-run -- true ")"
}

@test "fish: the file is right, and each program and command has the options of its help" {
    need fish
    fish --no-execute "$root/completions/vmnet-helper.fish"
    offers_all in_fish
}

@test "fish: values, commands, VMs and the command after --" {
    need fish
    assert_equal "$(in_fish 'vmnet-helper --operation-mode ' | paste -sd' ')" "bridged host shared"
    assert_equal "$(in_fish 'vmnet-helper --operation-mode=h')" "--operation-mode=host"
    assert_equal "$(in_fish 'vmnet-helper --socket so')" some.yaml
    assert_equal "$(in_fish 'vmnet-harness vm stop ' | paste -sd' ')" "demo other"
    assert_equal "$(in_fish 'vmnet-harness vm autostart ' | paste -sd' ')" "demo off on other"
    assert_equal "$(in_fish 'vmnet-harness vm cp ' | paste -sd' ')" "demo: other: some.yaml"
    assert_equal "$(in_fish 'vmnet-harness vm wait demo --for ' | paste -sd' ')" "address login stopped"
    assert_equal "$(in_fish 'vmnet-harness image delete ' | paste -sd' ')" "alpine debian debian-cloud fedora tiny ubuntu"
    assert_equal "$(in_fish 'vmnet-harness ' | paste -sd' ')" "doctor image lab vm"
    assert_equal "$(in_fish 'vmnet-bench plot lat')" latency
    run in_fish 'vmnet-client -- tru'
    assert_line true
    run in_fish 'vmnet-client --'
    refute_line -- --fd
}
