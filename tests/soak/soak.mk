## make soak         MINUTES=30: VMs and helpers come, go and are killed under traffic; what grows is told

MINUTES ?= 30

.PHONY: soak
soak: tests-built
	@tests/soak/run.sh $(MINUTES)
