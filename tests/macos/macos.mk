## make macos-double  the helper with its macOS files on a small fake Darwin, as a Linux program
## make macos-coverage  how much of the macOS files the double's tests run (needs libclang-rt)
## make macos-cross   all programs as Mach-O for arm64 and x86_64, joined by llvm-lipo

# Each is this Makefile again, with another compiler. What the caller of `make check` set for its own
# build is not for them.
MACOS     := $(BUILD)/macos
MACOS_MAKE = env -u MAKEFLAGS -u MFLAGS $(MAKE) --no-print-directory -j2 SYSTEM=darwin

# ---- On Linux, against the double ----

FAKE_DIR  := tests/macos/fake
FAKE_WRAP := dlsym sendmsg recv recvmsg getpeername bind connect poll setsockopt if_nametoindex
FAKE_LIB  := $(MACOS)/double/libfake.a
DOUBLE_TESTS := test_vmnet_life test_vmnet_frames test_datagram test_signals
FAKE_SRC  := $(wildcard $(FAKE_DIR)/*.c)
DOUBLE_FLAGS := -fblocks -I$(FAKE_DIR)/include $(MACOS_COVERAGE)
DOUBLE_LIBS  := $(FAKE_WRAP:%=-Wl,--wrap=%) -Wl,--whole-archive $(FAKE_LIB) -Wl,--no-whole-archive \
                $(MACOS)/double/lib/libcommon.a -lBlocksRuntime -lnettle $(MACOS_COVERAGE)
DOUBLE_MAKE = $(MACOS_MAKE) BUILD=$(MACOS)/double CC=clang AR=ar SYSTEM_CFLAGS="$(DOUBLE_FLAGS)" CFLAGS="-O1 -g" \
              HARDEN_LD="-pie -rdynamic" HELPER_LIBS="$(DOUBLE_LIBS)" TOOL_PKGS=libcjson

$(MACOS)/double/obj/%.o: $(FAKE_DIR)/%.c
	@mkdir -p $(@D)
	clang $(BASE_CFLAGS) -fblocks -I$(FAKE_DIR)/include -g -O1 -c -o $@ $<

$(FAKE_LIB): $(FAKE_SRC:$(FAKE_DIR)/%.c=$(MACOS)/double/obj/%.o)
	@rm -f $@ $(@D)/bin/vmnet-helper $(@D)/test_*
	ar rcsD $@ $^

.PHONY: macos-double
macos-double: $(FAKE_LIB)
	@$(DOUBLE_MAKE) $(MACOS)/double/bin/vmnet-helper $(DOUBLE_TESTS:%=$(MACOS)/double/%)

# Built by the inner make, with its flags: there $(BUILD) is the double's folder.
$(BUILD)/test_%: tests/macos/test_%.c tests/macos/scene.c tests/macos/scene.h $(BUILD)/lib/libhelper.a $(BUILD)/lib/libcommon.a $(BUILD)/libfake.a
	$(CC) $(BASE_CFLAGS) $(SYSTEM_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) -o $@ $< tests/macos/scene.c \
		$(BUILD)/lib/libhelper.a $(BUILD)/lib/libcommon.a -lcmocka $(call pkg_libs,$(HELPER_PKGS)) $(HELPER_LIBS)

# The lines of the macOS files that the double's test programs run: those with blocks, XPC, GCD and Darwin's sockets.
COVERED  := $(addprefix src/helper/,interface_vmnet.c $(addsuffix _darwin.c,vmnet_io vmnet_describe vmnet_status \
            vmnet_newer datagram signal_queue broker))
COVERAGE := $(abspath $(BUILD))/coverage
COVERAGE_LIMIT ?= 90
.PHONY: macos-coverage
macos-coverage:
	@$(MAKE) --no-print-directory BUILD=$(COVERAGE) MACOS_COVERAGE="-fprofile-instr-generate -fcoverage-mapping" \
		macos-double >/dev/null
	@tests/macos/coverage.sh $(COVERAGE) $(COVERAGE_LIMIT) $(COVERED) -- $(DOUBLE_TESTS:%=$(COVERAGE)/macos/double/%)

# ---- Mach-O ----

CROSS     := $(abspath $(MACOS))/cross
CROSS_SDK := $(abspath tests/macos/sdk)
CROSS_ZIG  = $(shell tests/macos/toolchain.sh $(CROSS))
# zig's linker makes position independent programs anyway, and knows no -pie.
CROSS_MAKE = ZIG_GLOBAL_CACHE_DIR=$(CROSS)/zig-cache ZIG_LOCAL_CACHE_DIR=$(CROSS)/zig-cache \
             LIBRARIES=$(CROSS)/libraries $(MACOS_MAKE) AR="$(CROSS_ZIG) ar" PKG_CONFIG=$(abspath tests/macos/pkg-config) \
             CFLAGS=-O1 HARDEN_LD=-Wl,-dead_strip_dylibs SYSTEM_CFLAGS="-fblocks -F$(CROSS_SDK)" HELPER_LIBS="-F$(CROSS_SDK) -framework vmnet"

$(CROSS)/libraries/done: tests/macos/libraries.sh tests/macos/sources.sh
	@tests/macos/libraries.sh $(@D) $(CROSS_ZIG)

.PHONY: macos-arm64 macos-x86_64 macos-cross
macos-arm64: $(CROSS)/libraries/done
	@ARCH=arm64 $(CROSS_MAKE) BUILD=$(CROSS)/arm64 CC="$(CROSS_ZIG) cc -target aarch64-macos.13.0"
macos-x86_64: $(CROSS)/libraries/done
	@ARCH=x86_64 $(CROSS_MAKE) BUILD=$(CROSS)/x86_64 CC="$(CROSS_ZIG) cc -target x86_64-macos.13.0"
macos-cross: macos-arm64 macos-x86_64

# The unit tests too, as far as a linker can tell.
.PHONY: macos-units
macos-units: macos-arm64
	@ARCH=arm64 $(CROSS_MAKE) BUILD=$(CROSS)/arm64 CC="$(CROSS_ZIG) cc -target aarch64-macos.13.0" units

# ---- On a Mac ----

## make sign         macOS 26: sign the helper so that it needs no root
.PHONY: sign
sign: $(BUILD)/bin/vmnet-helper
	codesign --force --sign - --entitlements packaging/entitlements.plist $<

## make check-mac    on a Mac: build, sign, probe every mode, play every caller; writes mac-report.txt
.PHONY: check-mac
check-mac:
	tests/macos/runner/report.sh
