## make install      PREFIX=/usr/local DESTDIR=
## make uninstall    the same PREFIX and DESTDIR

.PHONY: install
install: all
	@scripts/install-files.sh install "$(BUILD)/bin" "$(PREFIX)" "$(DESTDIR)"

.PHONY: uninstall
uninstall:
	@scripts/install-files.sh uninstall "$(PREFIX)" "$(DESTDIR)"
