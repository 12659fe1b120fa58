#!/bin/sh
# Are the binaries hardened as the Makefile means them to be? hardening.sh BINARY...
#
# Read from the files themselves, because a flag that a variable of the environment has displaced
# makes no noise. A line for each fault; exit status 1 if there is one. ELF only.
set -eu
export LC_ALL=C

faults=0

fault() {
    echo "hardening: $1: $2" >&2
    faults=1
}

# has WHAT PATTERN TEXT
needs() {
    printf '%s\n' "$4" | grep -qE -e "$3" || fault "$1" "$2"
}

check_layout() {
    headers=$(readelf -Wlh "$1")
    dynamic=$(readelf -Wd "$1")
    needs "$1" "no position independent executable" 'Type: +DYN' "$headers"
    needs "$1" "no position independent executable (DF_1_PIE)" 'FLAGS_1.*PIE' "$dynamic"
    needs "$1" "no read-only relocations (-z relro)" 'GNU_RELRO' "$headers"
    needs "$1" "symbols are bound late (-z now)" 'FLAGS.*(BIND_NOW|NOW)' "$dynamic"
    needs "$1" "the stack can be executed" 'GNU_STACK .* RW ' "$headers"
    ! printf '%s\n' "$headers" | grep -qE 'LOAD .* RWE ' || fault "$1" "memory that can be written and executed"
    ! printf '%s\n' "$dynamic" | grep -qE 'TEXTREL' || fault "$1" "relocations in the code"
    ! printf '%s\n' "$dynamic" | grep -qE 'RPATH|RUNPATH' || fault "$1" "a search path for libraries"
}

check_code() {
    symbols=$(readelf -Ws --dyn-syms "$1")
    needs "$1" "no stack protector" '__stack_chk_fail' "$symbols"
    needs "$1" "no checked functions (_FORTIFY_SOURCE)" '__[a-z0-9]+_chk(@| |$)' "$symbols"
}

# Where an indirect call may land: a marked instruction. The note of the whole file is of no use,
# as the C library's own start files may lack it.
check_branches() {
    case $(readelf -h "$1" | sed -n 's/^ *Machine: *//p') in
    *X86-64) mark='endbr64' ;;
    AArch64) mark='bti|paciasp' ;;
    *) return 0 ;;
    esac
    # More than the start files of the C library can have.
    marks=$(objdump -d --no-show-raw-insn "$1" | grep -cE "[[:space:]]($mark)" || true)
    [ "$marks" -gt 20 ] || fault "$1" "indirect branches are not protected (CET or BTI): $marks marks"
}

[ $# -gt 0 ] || { echo "usage: hardening.sh BINARY..." >&2; exit 2; }
for binary in "$@"; do
    [ ! -L "$binary" ] || continue
    check_layout "$binary"
    check_code "$binary"
    check_branches "$binary"
done
exit "$faults"
