## make install      PREFIX=/usr/local DESTDIR=
## make uninstall    the same PREFIX and DESTDIR

.PHONY: install
install: all
	@scripts/install-files.sh install "$(BUILD)/bin" "$(PREFIX)" "$(DESTDIR)"

.PHONY: uninstall
uninstall:
	@scripts/install-files.sh uninstall "$(PREFIX)" "$(DESTDIR)"

# ## Releases

DIST := $(BUILD)/dist

## make dist         the source as a tarball, the same bytes everywhere: $(BUILD)/dist
.PHONY: dist
dist:
	@scripts/dist.sh "$(DIST)"

## make release-check  hardening of the binaries, their SBOM, an archive, checksums
.PHONY: release-check
release-check: all
	@if [ "$(SYSTEM)" != darwin ]; then scripts/hardening.sh $(PROGRAMS); fi
	@scripts/archive.sh "$(BUILD)/bin" "$(DIST)"
	@scripts/sbom.sh "$(BUILD)/bin" "$(DIST)/vmnet-helper-$(VERSION)-$(SYSTEM).spdx.json"
	@scripts/checksums.sh "$(DIST)"
	@cat "$(DIST)/SHA256SUMS"

## make deb          the Debian packages of the commit: $(BUILD)/dist (needs debhelper)
.PHONY: deb
deb:
	@scripts/deb.sh "$$(scripts/dist.sh "$(DIST)")" "$(DIST)"
