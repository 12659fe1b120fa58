#!/bin/sh
# Guests on a Mac that can run them (Intel runners have nested virtualization): start, log in, measure.
set -eux

cd "$(dirname "$0")/../../.."
brew install --quiet qemu vfkit xorriso iperf3 gnuplot
./harness doctor || true
for driver in vfkit qemu; do
    ./harness vm start "ci-$driver" --driver "$driver" --timeout 600
    ./harness vm exec "ci-$driver" -- uname -a
    ./harness vm delete "ci-$driver"
done
./bench create
./bench run quick.yaml
