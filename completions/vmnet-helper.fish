# Completion of vmnet-helper, vmnet-client, vmnet-run, vmnet-harness and vmnet-bench.
# The options come from the program's own --help, so that they are always its options.

# A line for each option of the help on standard input: name, its value's name, what it does.
function __vmnet_options
    awk '/^ +(-[A-Za-z], +)?--[a-z]/ {
        sub(/^ +/, ""); text = ""
        if (match($0, /  +/)) { text = substr($0, RSTART + RLENGTH); $0 = substr($0, 1, RSTART - 1) }
        sub(/\[.*/, ""); count = split($0, words, /,? +/)
        value = words[count] ~ /^-/ ? "" : words[count]
        for (i = 1; i <= count; i++) if (words[i] ~ /^-/) print words[i] "\t" value "\t" text
    }'
end

function __vmnet_commands
    awk '/^  [a-z]/ {
        sub(/^ +/, ""); text = ""
        if (match($0, /  +/)) { text = substr($0, RSTART + RLENGTH); $0 = substr($0, 1, RSTART - 1) }
        count = split($0, parts, /, /)
        for (i = 1; i <= count; i++) { split(parts[i], words, / /); print words[1] "\t" text }
    }'
end

function __vmnet_beside
    if string match -q '*/*' -- $argv[1]
        echo (dirname $argv[1])/$argv[2]
    else
        echo $argv[2]
    end
end

function __vmnet_images
    set -l harness (__vmnet_beside $argv[1] vmnet-harness)
    $harness image list --json 2>/dev/null | sed -n 's/.*"name":[[:space:]]*"\([^"]*\)".*/\1/p'
end

function __vmnet_vms
    set -l home "$VMNET_HOME"
    test -n "$home"; or set home $HOME/.vmnet-helper
    for vm in $home/vms/*
        basename $vm
    end
end

function __vmnet_data
    set -l data "$VMNET_DATA"
    test -n "$data"; or set data (dirname (command -s $argv[1]))/../share/vmnet-helper
    for file in $data/$argv[2]/*.yaml
        basename $file .yaml
    end
end

# PROGRAM COMMAND OPTION WORD
function __vmnet_value
    switch $argv[3]
        case --operation-mode
            printf '%s\n' shared host bridged
        case --shared-interface
            set -l helper (__vmnet_beside $argv[1] vmnet-helper)
            $helper --list-shared-interfaces 2>/dev/null
        case --offload-engine
            printf '%s\n' auto on off
        case --fabric
            printf '%s\n' vxlan ovs
        case --framing
            printf '%s\n' datagram stream
        case --connection
            printf '%s\n' fd socket stream client
        case --driver
            printf '%s\n' qemu vfkit krunkit
        case --vfkit-magic
            printf '%s\n' on off
        case --for
            printf '%s\n' login address stopped
        case --arch
            printf '%s\n' x86-64 arm64
        case --wait
            test "$argv[2]" = 'vm ip'; or printf '%s\n' login address
        case --driver-command --cloud-init --provision --ssh-key --disk --file -f
            __fish_complete_path "$argv[4]"
        case --image
            __vmnet_images $argv[1]
            __fish_complete_path "$argv[4]"
        case --measure
            printf '%s\n' bitrate cpu retransmits frames latency-p50 latency-p99
        case --user
            __fish_complete_users
        case --netns
            ip netns list 2>/dev/null | awk '{ print $1 }'
        case --output -o
            if test "$argv[2]" = stats
                printf '%s\n' yaml json
            else
                __fish_complete_path "$argv[4]"
            end
        case --socket -s --pcap
            __fish_complete_path "$argv[4]"
    end
end

# PROGRAM COMMAND WORD
function __vmnet_argument
    switch (basename $argv[1]):"$argv[2]"
        case 'vmnet-client:*' 'vmnet-run:*'
            echo --
        case vmnet-harness:vm
        case 'vmnet-harness:vm autostart'
            printf '%s\n' on off
            __vmnet_vms
        case 'vmnet-harness:vm cp'
            __vmnet_vms | string replace -r '$' ':'
            __fish_complete_path "$argv[3]"
        case 'vmnet-harness:vm*'
            __vmnet_vms
        case 'vmnet-harness:image build' 'vmnet-harness:image delete' 'vmnet-harness:image pull'
            __vmnet_images $argv[1]
        case vmnet-bench:run vmnet-bench:create
            __vmnet_data $argv[1] benchmarks
            __fish_complete_path "$argv[3]"
        case vmnet-bench:plot
            __vmnet_data $argv[1] plots
            __fish_complete_path "$argv[3]"
        case vmnet-bench:report vmnet-bench:compare 'vmnet-bench:*stats'
            __fish_complete_path "$argv[3]"
    end
end

function __vmnet_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -l name (basename $program)
    set -l commands 0
    set -l command
    test $name = vmnet-harness; and set commands 2
    test $name = vmnet-bench; and set commands 1
    set -l help ($program --help 2>/dev/null)
    for index in (seq 2 (count $words))
        set -l word $words[$index]
        if test "$word" = --
            # After `--` there is a command of somebody else's.
            string match -qr '^vmnet-(client|run)$' -- $name; or return
            if test $index -eq (count $words)
                __fish_complete_command
            else
                __fish_complete_path "$current"
            end
            return
        end
        string match -q -- '-*' $word; and continue
        test $commands -gt 0; or continue
        if printf '%s\n' $help | __vmnet_commands | string replace -r '\t.*' '' | string match -q -- $word
            set -a command $word
            set help ($program $command --help 2>/dev/null)
            set commands (math $commands - 1)
            test "$command" = doctor; and set commands 0
        end
    end
    if string match -qr '^vmnet-(client|run)$' -- $name
        set -l helper (__vmnet_beside $program vmnet-helper)
        set -a help ($helper --help 2>/dev/null | grep -vE -- '--(fd|socket) ')
    end
    set -l options (printf '%s\n' $help | __vmnet_options)
    for line in $options
        set -l parts (string split \t -- $line)
        test -n "$parts[2]"; or continue
        if test "$words[-1]" = "$parts[1]"
            __vmnet_value $program "$command" $parts[1] "$current"
            return
        else if string match -q -- "$parts[1]=*" "$current"
            __vmnet_value $program "$command" $parts[1] (string replace -r '^[^=]*=' '' -- $current) | string replace -r -- '^' "$parts[1]="
            return
        end
    end
    if string match -q -- '-*' "$current"
        for line in $options
            set -l parts (string split \t -- $line)
            printf '%s\t%s\n' $parts[1] $parts[3]
        end
    else if test $commands -gt 0
        printf '%s\n' $help | __vmnet_commands
    else
        __vmnet_argument $program "$command" "$current"
    end
end

for program in vmnet-helper vmnet-client vmnet-run vmnet-harness vmnet-bench
    complete -c $program -f -a '(__vmnet_complete)'
end
