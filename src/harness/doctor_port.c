#include "harness/doctor_port.h"
#include "common/text.h"

#include <errno.h>
#include <string.h>

enum { ADDRESS_SIZE = 33 };

unsigned long port_find_wildcard(const char *text, int number)
{
    char address[ADDRESS_SIZE];
    unsigned port, state;
    unsigned long inode;

    /* sl local:port remote:port st queues timer retransmits uid timeout inode (man 5 proc). */
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (sscanf(line, " %*d: %32[0-9A-F]:%x %*s %x %*s %*s %*s %*u %*u %lu", address, &port, &state, &inode) == 4 &&
            (int)port == number && strspn(address, "0") == strlen(address) && (state == 7 || state == 10))
            return inode;
    }
    return 0;
}

void doctor_port(struct report *report, const struct port *port, int error, const char *holder)
{
    const char *name = port->number == 67 ? "DHCP" : "DNS", *remedy;
    char text[256], what[32];

    text_format(what, sizeof(what), "%s port %d (%s)", port->protocol, port->number, name);
    if (strncmp(holder, "dnsmasq", 7) == 0)
        remedy = "let that dnsmasq serve its own interfaces only: `bind-dynamic` and `interface=...` in its "
                 "configuration, then restart it";
    else if (strncmp(holder, "systemd-resolve", 15) == 0)
        remedy = "remove DNSStubListenerExtra=0.0.0.0 from /etc/systemd/resolved.conf, then: "
                 "sudo systemctl restart systemd-resolved";
    else if (strncmp(holder, "named", 5) == 0)
        remedy = "name the addresses in listen-on of named.conf, then: sudo systemctl restart named";
    else
        remedy = text_format(text, sizeof(text), "end the program, or bind it to its own addresses; to find it: sudo ss "
                             "-lnp 'sport = %d'", port->number) ? text : "end the program";
    if (error == EADDRINUSE)
        report_bad(report, BLOCKS, "port", port->number == 67 ? "dnsmasq cannot serve DHCP: no network can be made"
                                                               : "dnsmasq cannot serve DNS: no network can be made",
                   remedy, "%s is held on all addresses by %s", what, holder);
    else if (error)
        report_fine(report, "port", "%s was not tried: that needs root", what);
    else
        report_fine(report, "port", "%s can be served", what);
}
