/* A guest of a few instructions, to see whether KVM runs what it promises.
 * kvm_probe_linux.c, with an answer of "no" where the processor is not x86-64. */
#ifndef HARNESS_KVM_PROBE_H
#define HARNESS_KVM_PROBE_H

/* Run the guest with /dev/kvm open as fd. May hang, when KVM does: call it in a process that may be
 * killed. Returns 0 if all went well, or the step that failed. */
int kvm_probe(int fd);

/* What that step was, in a few words. */
const char *kvm_probe_step(int step);

#endif
