## make fuzz         SECONDS=60: each fuzzer of tests/fuzz for so long (clang, ASan, UBSan); FUZZ=NAME: one; RUNS=N
## make check-deep   what takes long: fuzzers 60 s each, the full list of faults, 5 minutes of soak, sanitizers

SECONDS  ?= 60
# Instead of a time: so many inputs.
RUNS     ?=
FUZZ     ?= $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_DIR := $(BUILD)/fuzz
FUZZ_CC  ?= clang
FUZZ_SANITIZERS := address,undefined -fno-sanitize-recover=undefined
FUZZ_FLAGS := -O2 -g -fno-omit-frame-pointer -fsanitize=$(FUZZ_SANITIZERS)
FUZZ_LIMIT := $(if $(RUNS),-runs=$(RUNS),-max_total_time=$(SECONDS))

# All that is fuzzed is built anew, instrumented, in a folder of its own: see `fuzz`. Logs and messages of the
# programs are formatted, and not written: quiet.c stands for log.c and message.c.
FUZZ_QUIET := $(BUILD)/obj/tests/fuzz/quiet.o $(BUILD)/obj/tests/fuzz/input.o
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(FUZZ_QUIET) $(LIBRARIES)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_QUIET) -Wl,--start-group $(LIBRARIES) -Wl,--end-group \
		$(call pkg_libs,$(sort $(HELPER_PKGS) $(TOOL_PKGS))) -lm
.SECONDARY: $(patsubst %,$(BUILD)/obj/tests/fuzz/fuzz_%.o,$(FUZZ))

.PHONY: fuzz-built
fuzz-built: $(addprefix $(BUILD)/tests/fuzz/fuzz_,$(FUZZ))

.PHONY: fuzz
fuzz:
	@scripts/deps.sh fuzz
	@$(MAKE) --silent BUILD=$(FUZZ_DIR) CC=$(FUZZ_CC) HARDEN="-fPIE -Itests -Wno-gnu-variable-sized-type-not-at-end" FUZZ="$(FUZZ)" \
		CFLAGS="$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link" LDFLAGS="-fsanitize=$(FUZZ_SANITIZERS)" fuzz-built
	@BUILD=$(FUZZ_DIR) tests/fuzz/run.sh $(FUZZ_LIMIT) $(FUZZ)

.PHONY: check-deep
check-deep:
	@$(MAKE) --no-print-directory fuzz SECONDS=60
	@$(MAKE) --no-print-directory check-fault
	@$(MAKE) --no-print-directory soak MINUTES=5
	@$(MAKE) --no-print-directory check-sanitize
