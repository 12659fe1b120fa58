## make check-fault  each system call of the helper fails once, at many of its places: FAULT_SPREAD=8

FAULT_SPREAD ?= 8
FAULT_SHIM := $(if $(filter linux,$(SYSTEM)),$(BUILD)/tests/fault/shim.so)
FAULT_SHIMS := $(FAULT_SHIM) $(if $(FAULT_SHIM),$(BUILD)/tests/fault/stop.so)

# Without the helper's hardening: the libc's checked functions are what it replaces.
$(BUILD)/tests/fault/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g $(WARNINGS) -Wno-missing-prototypes -shared -fPIC -o $@ $< -ldl

.PHONY: check-fault
check-fault: tests-built
	@tests/fault/run.py $(BUILD)/bin/vmnet-helper $(FAULT_SHIM) --spread $(FAULT_SPREAD)
