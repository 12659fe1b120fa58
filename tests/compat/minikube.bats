#!/usr/bin/env bats
# minikube: the helper by itself, known by its pid, its process name and its log.

load ../lib/common
load ../lib/callers

@test "minikube-version: the two lines parse, by sudo too, and are at least 0.9.0" {
    play minikube version
}

@test "minikube-start: the name of the process, one key of the JSON, a MAC of its own, SIGTERM" {
    play minikube start
}

@test "minikube-start through sudo: SIGTERM to sudo ends the helper" {
    play minikube start-sudo
}

@test "minikube-stdout-closed: the helper goes on when its reader closes the pipe" {
    play minikube stdout-closed
}

@test "minikube-pgid-kill: SIGKILL of the group leaves no bridge" {
    play minikube pgid-kill
}

@test "minikube-stale-socket: a start after SIGKILL takes the same path" {
    play minikube stale-socket
}
