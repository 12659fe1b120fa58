/* --selftest: does this build forward frames? For those who package it. */
#ifndef HELPER_SELFTEST_H
#define HELPER_SELFTEST_H

/* Send a super-frame to a VM that this process plays, through the code that serves real ones, and take
 * it back. Needs no privilege and no network, and touches nothing. Says what it did on stdout.
 * Returns the exit status. */
int selftest_run(void);

#endif
