/* A small Darwin on Linux, enough to run the helper's macOS files unchanged.
 *
 * Strict where macOS is silent: what would be a bug there (a wrong type, a use after release, a read
 * with a stale descriptor) ends the program here with a line that says which.
 *
 * What the fake macOS does is scripted by the environment:
 *
 *   FAKE_MACOS=15.4           which symbols exist, which limits hold (default 15.4)
 *   FAKE_VMNET_FD=N           the network is this datagram socket; or
 *   FAKE_VMNET_SOCKET=PATH    a SOCK_SEQPACKET listener at the path; or
 *   FAKE_VMNET_TAP=NAME       this TAP, so that Linux's network stack is at the other end
 *                             (with TSO and checksum offload it takes what lacks them)
 *   FAKE_VMNET_SUBNET=A.B.C   the addresses, if the helper names none; with a TAP its gateway A.B.C.1 is made
 *   FAKE_VMNET_START=...      a status (1005), never, null, null:STATUS, late (after 300 ms), empty (no
 *                             parameters), nomac, huge, bridged
 *   FAKE_VMNET_EVENTS=...     a status that setting the callback fails with, or storm:N for N events each
 *   FAKE_VMNET_READ=a,b,...   one for each vmnet_read: a status, or empty, runt, ok
 *   FAKE_VMNET_WRITE=a,b,...  one for each vmnet_write: a status, short:N, full (0 taken), ok; the
 *                             last is used again and again if it ends in "*"
 *   FAKE_VMNET_STOP=...       a status, late:STATUS, never, hang (the call itself never returns)
 *   FAKE_VMNET_LIST=...       names with commas, or none
 *   FAKE_BROKER=...           ok, error:N, gone, never, text, empty
 *   FAKE_SENDMSG_X=ERRNO      the batched calls fail with this; FAKE_RECVMSG_X alike
 *   FAKE_KQUEUE=ERRNO         there is no kqueue */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>

/* Say what is wrong, and abort. */
void fake_abort(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Is this macOS as new as major.minor? */
bool fake_macos_at_least(int major, int minor);

/* The value of an environment variable, "" if it is not set. */
const char *fake_setting(const char *name);

/* If the setting is `word` or `word:rest`, what follows the colon ("" without one); else NULL. */
const char *fake_setting_word(const char *name, const char *word);

/* Copy the next of the comma-separated words of the setting; `*position` is where it stands, 0 at
 * first. "" when they are used up. */
void fake_script_next(const char *name, unsigned *position, char *word, unsigned size);

#endif
