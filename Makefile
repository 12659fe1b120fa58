# vmnet-helper: `make` builds, `make check` tests, `make install` installs.
# `make help` lists the targets.

VERSION  ?= $(shell cat VERSION)
# A tarball has a file COMMIT, and may lie in another project's repository.
COMMIT   ?= $(shell cat COMMIT 2>/dev/null || git rev-parse HEAD 2>/dev/null || echo unknown)

SYSTEM   ?= $(shell uname -s | tr A-Z a-z)
BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=

CC       ?= cc
AR       ?= ar
PKG_CONFIG ?= pkg-config
INSTALL  ?= install

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wvla -Wformat=2 -Wno-unused-parameter -Wno-missing-field-initializers
HARDEN   ?= -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2 $(HARDEN_CPU)
CFLAGS   ?= -O2 -g
# The folder of the sources is in no binary: the same bytes wherever they are built.
BASE_CFLAGS = -std=gnu11 -D_GNU_SOURCE -pthread -MMD -MP -Isrc $(WARNINGS) $(HARDEN) -ffile-prefix-map=$(CURDIR)=.

# What differs between the systems: which files are built, and the libraries.
ifeq ($(SYSTEM),darwin)
OTHER    := %_linux.c %/interface_tap.c
# As Linux's --as-needed: no program loads a library that it does not use.
HARDEN_LD ?= -Wl,-pie -Wl,-dead_strip_dylibs -mmacosx-version-min=13.0
# Apple's ar knows no D.
AR_FLAGS := rcs
HELPER_PKGS := libcjson
SYSTEM_CFLAGS := -fblocks -mmacosx-version-min=13.0
HELPER_LIBS := -framework vmnet
TOOL_PKGS := libcjson yaml-0.1 libcurl
else
OTHER    := %_darwin.c %/interface_vmnet.c
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now -Wl,--as-needed
AR_FLAGS := rcsD
HELPER_PKGS := libnl-3.0 libnl-route-3.0 libnftables libcap-ng libseccomp libcjson nettle
SYSTEM_CFLAGS :=
HARDEN_x86_64 := -fcf-protection=full -fstack-clash-protection
HARDEN_aarch64 := -mbranch-protection=standard -fstack-clash-protection
HARDEN_CPU := $(HARDEN_$(shell uname -m))
HELPER_LIBS :=
TOOL_PKGS := libcjson yaml-0.1 libcurl nettle
NETWORK  := $(wildcard src/helper/network/*.c)
# The archives need each other; Apple's linker looks into all of them anyway.
GROUP_BEGIN := -Wl,--start-group
GROUP_END := -Wl,--end-group
endif
# `make SANDBOX=none CFLAGS='-g -fsanitize=address'`: a sanitizer's runtime needs more system calls.
SANDBOX  ?= $(SYSTEM)
OTHER    += $(if $(filter none,$(SANDBOX)),%/sandbox_$(SYSTEM).c %/test_sandbox_$(SYSTEM).c,%/sandbox_none.c)

LDFLAGS  ?=
BASE_LDFLAGS := -pthread $(HARDEN_LD)

pkg_cflags = $(shell $(PKG_CONFIG) --cflags $(1))
pkg_libs   = $(shell $(PKG_CONFIG) --libs $(1))

sources  = $(filter-out $(OTHER),$(wildcard $(1)))
objects  = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

COMMON_SRC  := $(call sources,src/common/*.c)
HELPER_SRC  := $(call sources,src/helper/*.c) $(NETWORK)
CLIENT_SRC  := $(call sources,client/*.c)
HARNESS_SRC := $(call sources,src/harness/*.c)
BENCH_SRC   := $(call sources,src/bench/*.c)

# main.c stays out of each archive, so that unit tests and fuzzers can link the rest.
library = $(call objects,$(filter-out %/main.c,$(1)))

PROGRAMS := $(BUILD)/bin/vmnet-helper $(BUILD)/bin/vmnet-client $(BUILD)/bin/vmnet-run \
            $(BUILD)/bin/vmnet-harness $(if $(BENCH_SRC),$(BUILD)/bin/vmnet-bench)

.PHONY: all
all: $(PROGRAMS)

$(BUILD)/lib/libcommon.a:  $(call objects,$(COMMON_SRC))
$(BUILD)/lib/libhelper.a:  $(call library,$(HELPER_SRC))
$(BUILD)/lib/libclient.a:  $(call library,$(CLIENT_SRC))
$(BUILD)/lib/libharness.a: $(call library,$(HARNESS_SRC))
$(BUILD)/lib/libbench.a:   $(call library,$(BENCH_SRC))
$(BUILD)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) $(AR_FLAGS) $@ $^

$(BUILD)/bin/vmnet-helper: $(call objects,src/helper/main.c) $(BUILD)/lib/libhelper.a $(BUILD)/lib/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(HELPER_PKGS)) $(HELPER_LIBS)

$(BUILD)/bin/vmnet-client: $(call objects,client/main.c) $(BUILD)/lib/libclient.a $(BUILD)/lib/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(TOOL_PKGS))

# The name that the original gave it later, and that callers know.
$(BUILD)/bin/vmnet-run: $(BUILD)/bin/vmnet-client
	ln -sf vmnet-client $@

$(BUILD)/bin/vmnet-harness: $(call objects,src/harness/main.c) $(BUILD)/lib/libharness.a $(BUILD)/lib/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(TOOL_PKGS))

$(BUILD)/bin/vmnet-bench: $(call objects,src/bench/main.c) $(BUILD)/lib/libbench.a $(BUILD)/lib/libhelper.a $(BUILD)/lib/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(TOOL_PKGS)) -lm

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(SYSTEM_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) -c -o $@ $<

PKG_CFLAGS := $(call pkg_cflags,$(sort $(HELPER_PKGS) $(TOOL_PKGS)))

# Only this file knows the version; it is built again when either changes.
VERSION_STAMP := $(BUILD)/obj/version-$(VERSION)-$(COMMIT)
$(VERSION_STAMP):
	@mkdir -p $(@D)
	@rm -f $(BUILD)/obj/version-*
	@touch $@
$(BUILD)/obj/src/common/version.o: PKG_CFLAGS += -DVERSION='"$(VERSION)"' -DCOMMIT='"$(COMMIT)"'
$(BUILD)/obj/src/common/version.o: $(VERSION_STAMP)


include tests/tests.mk
include scripts/install.mk

.PHONY: deps
deps:
	scripts/deps.sh build run test

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@sed -n 's/^## //p' Makefile tests/tests.mk $(wildcard tests/*/*.mk) scripts/install.mk

## make              build the programs into $(BUILD)/bin
## make deps         install the packages that building, running and testing need
## make clean        remove what was built

-include $(shell find $(BUILD)/obj $(BUILD)/tests -name '*.d' 2>/dev/null)
