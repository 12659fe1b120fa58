## make install      PREFIX=/usr/local DESTDIR=
## make uninstall    the same PREFIX and DESTDIR

bindir   := $(DESTDIR)$(PREFIX)/bin
datadir  := $(DESTDIR)$(PREFIX)/share/vmnet-helper
mandir   := $(DESTDIR)$(PREFIX)/share/man
bashdir  := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir   := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir  := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

INSTALLED_DATA = $(wildcard benchmarks/*.yaml plots/*.yaml images/* images/*/*)

.PHONY: install
install: all
	$(INSTALL) -d $(bindir) $(datadir)
	$(INSTALL) -m 755 $(filter-out %/vmnet-run,$(PROGRAMS)) $(bindir)
	ln -sf vmnet-client $(bindir)/vmnet-run
	@for f in $(INSTALLED_DATA); do \
		[ -f $$f ] || continue; \
		mode=644; [ ! -x $$f ] || mode=755; \
		$(INSTALL) -D -m $$mode $$f $(datadir)/$$f || exit 1; \
	done
	@for f in $(wildcard man/*.[1-8]); do \
		$(INSTALL) -D -m 644 $$f $(mandir)/man$${f##*.}/$${f#man/} || exit 1; \
	done
	@for f in $(wildcard completions/*.bash); do b=$${f#completions/}; $(INSTALL) -D -m 644 $$f $(bashdir)/$${b%.bash} || exit 1; done
	@for f in $(wildcard completions/_*); do $(INSTALL) -D -m 644 $$f $(zshdir)/$${f#completions/} || exit 1; done
	@for f in $(wildcard completions/*.fish); do $(INSTALL) -D -m 644 $$f $(fishdir)/$${f#completions/} || exit 1; done

.PHONY: uninstall
uninstall:
	rm -f $(bindir)/vmnet-helper $(bindir)/vmnet-client $(bindir)/vmnet-run $(bindir)/vmnet-harness $(bindir)/vmnet-bench
	rm -rf $(datadir)
	rm -f $(foreach f,$(wildcard man/*.[1-8]),$(mandir)/man$(subst .,,$(suffix $(f)))/$(notdir $(f)))
	rm -f $(bashdir)/vmnet-* $(zshdir)/_vmnet-* $(fishdir)/vmnet-*.fish
