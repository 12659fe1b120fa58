# Completion for bash 3.2 and later of vmnet-helper, vmnet-client, vmnet-run, vmnet-harness and
# vmnet-bench. The options come from the program's own --help, so that they are always its options.

# _vmnet_options HELP: a line for each name of an option: name, tab, what its value is called.
_vmnet_options() {
    awk '/^ +(-[A-Za-z], +)?--[a-z]/ {
        sub(/^ +/, ""); sub(/  .*/, "")
        sub(/\[.*/, ""); count = split($0, words, /,? +/)
        value = words[count] ~ /^-/ ? "" : words[count]
        for (i = 1; i <= count; i++) if (words[i] ~ /^-/) print words[i] "\t" value
    }' <<<"$1"
}

# _vmnet_commands HELP: the commands that it lists, one a line.
_vmnet_commands() {
    awk '/^  [a-z]/ {
        sub(/^ +/, ""); sub(/  .*/, "")
        count = split($0, parts, /, /)
        for (i = 1; i <= count; i++) { split(parts[i], words, / /); print words[1] }
    }' <<<"$1"
}

# The program NAME beside the one that is completed, or the one that PATH has.
_vmnet_beside() {
    case $1 in
    */*) echo "${1%/*}/$2" ;;
    *)   echo "$2" ;;
    esac
}

_vmnet_vms() {
    ls "${VMNET_HOME:-$HOME/.vmnet-helper}/vms" 2>/dev/null
}

_vmnet_images() {
    "$(_vmnet_beside "$1" vmnet-harness)" image list --json 2>/dev/null | sed -n 's/.*"name":[[:space:]]*"\([^"]*\)".*/\1/p'
}

# The names of the files that come with the program: _vmnet_data PROGRAM benchmarks|plots.
_vmnet_data() {
    local file program data=$VMNET_DATA
    if [ -z "$data" ]; then
        program=$(type -P "$1") || return 0
        data=${program%/*}/../share/vmnet-helper
    fi
    for file in "$data/$2"/*.yaml; do
        [ ! -e "$file" ] || { file=${file##*/}; echo "${file%.yaml}"; }
    done
}

# _vmnet_value PROGRAM COMMAND OPTION: the words that the value may be, or FILES.
_vmnet_value() {
    case $3 in
    --operation-mode)   echo shared host bridged ;;
    --shared-interface) "$(_vmnet_beside "$1" vmnet-helper)" --list-shared-interfaces 2>/dev/null ;;
    --offload-engine)   echo auto on off ;;
    --fabric)           echo vxlan ovs ;;
    --framing)          echo datagram stream ;;
    --connection)       echo fd socket stream client ;;
    --vfkit-magic)      echo on off ;;
    --wait)             [ "$2" = "vm ip" ] || echo login address ;;
    --for)              echo login address stopped ;;
    --arch)             echo x86-64 arm64 ;;
    --file|-f)          echo FILES ;;
    --driver-command|--cloud-init|--provision|--ssh-key|--disk) echo FILES ;;
    --driver)           echo qemu vfkit krunkit ;;
    --image)            _vmnet_images "$1"; echo FILES ;;
    --measure)          echo bitrate cpu retransmits frames latency-p50 latency-p99 ;;
    --user)             compgen -u ;;
    --netns)            ip netns list 2>/dev/null | awk '{ print $1 }' ;;
    --output|-o)        if [ "$2" = stats ]; then echo yaml json; else echo FILES; fi ;;
    --socket|-s|--pcap) echo FILES ;;
    esac
}

# _vmnet_argument PROGRAM COMMAND: the words that an argument may be, or FILES.
_vmnet_argument() {
    case ${1##*/}:$2 in
    vmnet-client:*|vmnet-run:*)                 echo -- ;;
    vmnet-harness:"vm") ;;
    vmnet-harness:"vm autostart")               echo on off; _vmnet_vms ;;
    vmnet-harness:"vm cp")                      _vmnet_vms | sed 's/$/:/'; echo FILES ;;
    vmnet-harness:vm*)                          _vmnet_vms ;;
    vmnet-harness:image\ [bdp]*)                _vmnet_images "$1" ;;
    vmnet-bench:run|vmnet-bench:create)         _vmnet_data "$1" benchmarks; echo FILES ;;
    vmnet-bench:plot)                           _vmnet_data "$1" plots; echo FILES ;;
    vmnet-bench:report|vmnet-bench:compare|vmnet-bench:*stats) echo FILES ;;
    esac
}

# Offer the words that begin with what is there; FILES stands for files.
_vmnet_offer() {
    local word
    while IFS= read -r word; do
        COMPREPLY[${#COMPREPLY[@]}]=$word
    done < <(compgen -W "${1//FILES/}" -- "$cur")
    case $1 in
    *FILES*)
        while IFS= read -r word; do
            COMPREPLY[${#COMPREPLY[@]}]=$word
        done < <(compgen -f -- "$cur")
        compopt -o filenames 2>/dev/null || true
        ;;
    esac
}

# After `--` there is a command of somebody else's.
_vmnet_other_command() {
    if [ "$1" -eq "$COMP_CWORD" ]; then
        while IFS= read -r word; do
            COMPREPLY[${#COMPREPLY[@]}]=$word
        done < <(compgen -c -- "$cur")
    else
        _vmnet_offer FILES
    fi
}

_vmnet() {
    local program=$1 cur=${COMP_WORDS[COMP_CWORD]} help options command='' word index commands=0 value='' skip=

    COMPREPLY=()
    case ${program##*/} in
    vmnet-harness) commands=2 ;;
    vmnet-bench)   commands=1 ;;
    esac
    help=$("$program" --help 2>/dev/null)
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        case $word in
        --)
            case ${program##*/} in
            vmnet-client|vmnet-run) _vmnet_other_command $((index + 1)) ;;
            esac
            return
            ;;
        =)  continue ;;
        -*) continue ;;
        esac
        [ "$commands" -gt 0 ] || continue
        # Only a word that the help lists is a command: others are names, or values of options.
        if _vmnet_commands "$help" | grep -qxF -- "$word"; then
            command="${command:+$command }$word"
            # shellcheck disable=SC2086 # a word for each command
            help=$("$program" $command --help 2>/dev/null)
            commands=$((commands - 1))
            [ "$command" != doctor ] || commands=0
        fi
    done

    # --name=value is three words to bash.
    index=$((COMP_CWORD - 1))
    [ "$cur" != = ] || { cur=; index=$COMP_CWORD; }
    [ "${COMP_WORDS[index]}" != = ] || index=$((index - 1))
    case ${program##*/} in
    vmnet-client|vmnet-run) help=$help$'\n'$("$(_vmnet_beside "$program" vmnet-helper)" --help 2>/dev/null | grep -vE -- '--(fd|socket) ') ;;
    esac
    options=$(_vmnet_options "$help")
    while IFS=$'\t' read -r word value; do
        [ "$index" -lt 1 ] || [ "$word" != "${COMP_WORDS[index]}" ] || [ -z "$value" ] || { skip=$word; break; }
    done <<<"$options"
    if [ -n "$skip" ]; then
        _vmnet_offer "$(_vmnet_value "$program" "$command" "$skip")"
        return
    fi
    case $cur in
    -*) _vmnet_offer "$(cut -f1 <<<"$options" | sort -u)" ;;
    *)  if [ "$commands" -gt 0 ]; then _vmnet_offer "$(_vmnet_commands "$help")"
        else _vmnet_offer "$(_vmnet_argument "$program" "$command")"; fi ;;
    esac
}

complete -F _vmnet vmnet-helper vmnet-client vmnet-run vmnet-harness vmnet-bench
