/* A copy of all frames in a file: --pcap, --pcap-fd. tcpdump and Wireshark read it.
 *
 * The forwarding threads only copy frames into a ring in memory; a thread of its own writes them. Where
 * the file is slower than the frames some are missing in it, and where it is full the capture ends: the
 * cable does not wait for it, nor break. */
#ifndef HELPER_PCAP_H
#define HELPER_PCAP_H

#include "helper/batch.h"

struct pcap;

/* A capture into the file at path, made anew, or into fd (a file, pipe or socket, the caller's). Call it
 * as the user whose file it is, before the sandbox. Returns NULL (logged). */
struct pcap *pcap_open(const char *path);
struct pcap *pcap_open_fd(int fd);

/* Start the thread that writes. Returns 0, or -1 (logged). */
int pcap_start(struct pcap *pcap);

/* Take the frames, as they are now. From any thread; never waits for the file. */
void pcap_add(struct pcap *pcap, const struct batch *batch);

/* Write what is there, for a moment if that takes long, and end it. NULL is fine. */
void pcap_close(struct pcap *pcap);

#endif
