## make check-sanitize  unit, net and compat tests with ASan and UBSan, then with TSan: SANITIZE=asan|tsan for one

# What is not run so, and why:
#   vm, cli       their programs are the same; a guest at a sanitizer's speed tells nothing new
#   fault         its shim and a sanitizer's runtime replace the same functions
#   sandbox       the runtime needs system calls that the sandbox forbids: built without (SANDBOX=none); tests that ask
#                 for the sandbox skip themselves (need_sandbox)
#   net/bench_*   measuring with a sanitizer is no use
SANITIZE ?= asan tsan
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_tsan := -fsanitize=thread
# In /tmp, for everybody must come there; its name is this folder's own.
SANITIZE_REPORTS = /tmp/vmnet-$*-$(shell echo "$(CURDIR)" "$(BUILD)" | cksum | cut -d' ' -f1)

.PHONY: check-sanitize
check-sanitize:
	@set -e; for one in $(SANITIZE); do $(MAKE) --no-print-directory sanitize-$$one; done

sanitize-%:
	@mkdir -p $(BUILD)/$*/tests/sanitize
	@$(CC) -fPIE -DREPORTS='"$(SANITIZE_REPORTS)"' -c -o $(BUILD)/$*/tests/sanitize/options.o tests/sanitize/options.c
	@$(CC) -pthread -g $(SANITIZE_$*) -o $(BUILD)/$*/tests/sanitize/broken tests/sanitize/broken.c \
		$(BUILD)/$*/tests/sanitize/options.o
	@$(MAKE) --silent BUILD=$(BUILD)/$* SANDBOX=none HARDEN=-fPIE CFLAGS="-O1 -g -fno-omit-frame-pointer $(SANITIZE_$*)" \
		LDFLAGS="$(SANITIZE_$*) $(BUILD)/$*/tests/sanitize/options.o" tests-built
	@BUILD=$(BUILD)/$* REPORTS=$(SANITIZE_REPORTS) tests/sanitize/run.sh $*
