#!/bin/busybox sh
# shellcheck shell=dash disable=SC2154 # the variables are udhcpc's
#
# What udhcpc runs in the namespace that plays the VM. The lease is written where LEASE says.
case $1 in
bound | renew)
    ip address replace "$ip/$mask" dev "$interface"
    for one in $router; do
        ip route replace default via "$one" dev "$interface"
    done
    printf 'address=%s\nrouter=%s\ndns=%s\nserver=%s\n' "$ip" "$router" "$dns" "$serverid" >"$LEASE"
    ;;
esac
