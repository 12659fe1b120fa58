## make check        install what tests need, run them all
## make check-quick  unit and cli tests: under a minute
## make check-unit | check-cli | check-net | check-compat | check-vm | check-macos | check-lint

UNIT_SRC  := $(call sources,tests/unit/test_*.c)
UNIT_BIN  := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(UNIT_SRC))
LIBRARIES := $(BUILD)/lib/libhelper.a $(BUILD)/lib/libclient.a $(BUILD)/lib/libharness.a $(BUILD)/lib/libbench.a $(BUILD)/lib/libcommon.a

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIBRARIES)
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) -Itests $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $< \
		$(GROUP_BEGIN) $(LIBRARIES) $(GROUP_END) -lcmocka \
		$(call pkg_libs,$(sort $(HELPER_PKGS) $(TOOL_PKGS))) $(HELPER_LIBS) -lm

.PHONY: units
units: $(UNIT_BIN)

# Small programs that play a part in the tests: a VM's end of the socket, a caller.
TOOL_BIN := $(patsubst tests/lib/%.c,$(BUILD)/tests/bin/%,$(wildcard tests/lib/*.c))
$(BUILD)/tests/bin/%: tests/lib/%.c $(BUILD)/lib/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) -Itests $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/lib/libcommon.a $(call pkg_libs,nettle)

include tests/fault/fault.mk tests/soak/soak.mk tests/sanitize/sanitize.mk

.PHONY: tests-built
tests-built: all $(UNIT_BIN) $(TOOL_BIN) $(FAULT_SHIMS)

include tests/macos/macos.mk

export BUILD

suite = $(sort $(wildcard tests/$(1)/*.bats))

.PHONY: check
check:
	@scripts/deps.sh build run test
	@$(MAKE) --silent tests-built
	@tests/run.sh $(UNIT_BIN) $(foreach s,vm macos ship net fault compat cli lint,$(call suite,$(s)))

.PHONY: check-quick
check-quick: tests-built
	@tests/run.sh $(UNIT_BIN) $(call suite,cli)

.PHONY: check-unit
check-unit: tests-built
	@tests/run.sh $(UNIT_BIN)

CHECKS := check-cli check-net check-compat check-vm check-macos check-lint check-ship
.PHONY: $(CHECKS)
$(CHECKS): tests-built
	@tests/run.sh $(call suite,$(patsubst check-%,%,$@))

include tests/fuzz/fuzz.mk
