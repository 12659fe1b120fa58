## make fuzz         SECONDS=60: each fuzzer of tests/fuzz for so long (clang, ASan, UBSan); FUZZ=NAME: one

SECONDS  ?= 60
FUZZ     ?= $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_DIR := $(BUILD)/fuzz
FUZZ_CC  ?= clang
FUZZ_FLAGS := -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

# What is fuzzed is built anew, instrumented, from source.
$(FUZZ_DIR)/fuzz_%: tests/fuzz/fuzz_%.c $(HELPER_SRC) $(COMMON_SRC) $(wildcard src/*/*.h tests/unit/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -Isrc -Itests -pthread $(PKG_CFLAGS) $(FUZZ_FLAGS) -o $@ $< \
		$(wildcard src/helper/offload_*.c src/helper/checksum*.c src/helper/batch.c src/helper/frame.c) \
		$(call pkg_libs,libcjson) -lm

.PHONY: fuzz
fuzz:
	@scripts/deps.sh fuzz
	@$(MAKE) --silent $(addprefix $(FUZZ_DIR)/fuzz_,$(FUZZ))
	@set -e; for one in $(FUZZ); do \
		echo "fuzz $$one: $(SECONDS) s"; \
		mkdir -p $(FUZZ_DIR)/corpus/$$one; \
		$(FUZZ_DIR)/fuzz_$$one -max_total_time=$(SECONDS) -max_len=4096 -print_final_stats=1 \
			-artifact_prefix=$(FUZZ_DIR)/$$one- $(FUZZ_DIR)/corpus/$$one 2>$(FUZZ_DIR)/$$one.log \
			|| { tail -50 $(FUZZ_DIR)/$$one.log; exit 1; }; \
		grep -E '^stat::(number_of_executed|new_units)' $(FUZZ_DIR)/$$one.log; \
	done
