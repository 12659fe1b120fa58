## make check-sanitize  unit, net and compat tests with ASan and UBSan, then with TSan: SANITIZE=asan|tsan for one

# What is not run so, and why:
#   vm, cli       their programs are the same; a guest at a sanitizer's speed tells nothing new
#   fault         its shim and a sanitizer's runtime replace the same functions
#   sandbox       the runtime needs system calls that the sandbox forbids: built without (SANDBOX=none), so
#                 neither its unit test nor net/privileges, which asks the kernel for the filter
#   net/bench_*   measuring with a sanitizer is no use
SANITIZE ?= asan tsan
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_tsan := -fsanitize=thread

.PHONY: check-sanitize
check-sanitize:
	@set -e; for one in $(SANITIZE); do $(MAKE) --no-print-directory sanitize-$$one; done

sanitize-%:
	@$(MAKE) --silent BUILD=$(BUILD)/$* SANDBOX=none HARDEN=-fPIE CFLAGS="-O1 -g -fno-omit-frame-pointer $(SANITIZE_$*)" \
		LDFLAGS="$(SANITIZE_$*)" tests-built
	@BUILD=$(BUILD)/$* tests/sanitize/run.sh $*
