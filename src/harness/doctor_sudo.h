/* May this user run the helper as root? By the output of `sudo --non-interactive --list`. */
#ifndef HARNESS_DOCTOR_SUDO_H
#define HARNESS_DOCTOR_SUDO_H

#include "harness/doctor_report.h"

struct sudo_rule {
    bool allows;         /* NOPASSWD for this helper, or for all */
    bool closefrom;      /* closefrom_override: --close-from may be used */
    char other[256];     /* a vmnet-helper at another path that is allowed; empty: none */
};

void sudo_rule_read(struct sudo_rule *rule, const char *text, const char *helper);

/* runs: `sudo --non-interactive HELPER --version` succeeded. other_exists: rule->other is still there. */
void doctor_sudo(struct report *report, const struct sudo_rule *rule, bool runs, bool other_exists, const char *helper);

/* The same of this machine: asks sudo. For users other than root. */
void doctor_sudo_ask(struct report *report, const char *helper);

#endif
