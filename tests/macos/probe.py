#!/usr/bin/env python3
"""Is there a network behind the helper? Plays the smallest VM: asks for the gateway's MAC by ARP and for an
address by DHCP, then pings the gateway, and prints one line of JSON with what came back.

    probe.py [--json-only] HELPER [OPTION...]

It runs on every system that has the helper. Exit status 0 if all three were answered.
"""
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

LIMIT = 60  # seconds: a network that macOS has to set up first may take some
BROADCAST = b"\xff" * 6
ANSWERS = 3


def mac_bytes(text):
    return bytes(int(part, 16) for part in text.split(":"))


def arp_request(mac, gateway):
    return (BROADCAST + mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + mac + bytes(4) + bytes(6) +
            socket.inet_aton(gateway))


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def internet(protocol, source, target, payload):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source, target)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def echo_request(mac, gateway_mac, source, gateway):
    icmp = struct.pack("!BBHHH", 8, 0, 0, 0x766d, 1) + b"vmnet-helper probe"
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    return (mac_bytes(gateway_mac) + mac + b"\x08\x00" +
            internet(1, socket.inet_aton(source), socket.inet_aton(gateway), icmp))


def dhcp_discover(mac):
    bootp = struct.pack("!BBBBIHH16x", 1, 1, 6, 0, 0x766d6e65, 0, 0x8000) + mac + bytes(10 + 64 + 128)
    bootp += b"\x63\x82\x53\x63" + b"\x35\x01\x01" + b"\x37\x03\x01\x03\x06" + b"\xff"
    bootp += bytes(300 - len(bootp))
    udp = struct.pack("!HHHH", 68, 67, 8 + len(bootp), 0) + bootp
    return BROADCAST + mac + b"\x08\x00" + internet(17, bytes(4), b"\xff" * 4, udp)


def read_frame(frame, gateway, found):
    if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2" and frame[28:32] == socket.inet_aton(gateway):
        found["gateway"] = ":".join("%02x" % byte for byte in frame[22:28])
    if frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[34:38] == struct.pack("!HH", 67, 68):
        bootp = frame[42:]
        if bootp[0] == 2 and bootp[4:8] == struct.pack("!I", 0x766d6e65):
            found["address"] = socket.inet_ntoa(bootp[16:20])
    # An answer to the echo; the gateway asks for our MAC before it can give one.
    if frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[34] == 0 and frame[38:40] == b"\x76\x6d":
        found["ping"] = gateway


def arp_answer(frame, mac, address):
    """What the gateway is told that asks for the MAC of our address, or None."""
    if not address or frame[12:14] != b"\x08\x06" or frame[20:22] != b"\0\1" or frame[38:42] != socket.inet_aton(address):
        return None
    return frame[6:12] + mac + b"\x08\x06" + frame[14:20] + b"\0\2" + mac + frame[38:42] + frame[22:32]


def probe(vm, info):
    mac, gateway, found = mac_bytes(info["vmnet_mac_address"]), info["vmnet_start_address"], {}
    end = time.monotonic() + LIMIT
    while len(found) < ANSWERS and time.monotonic() < end:
        if "gateway" not in found:
            vm.send(arp_request(mac, gateway))
        if "address" not in found:
            vm.send(dhcp_discover(mac))
        if "gateway" in found and "address" in found:
            vm.send(echo_request(mac, found["gateway"], found["address"], gateway))
        again = time.monotonic() + 1
        while len(found) < ANSWERS and time.monotonic() < again:
            if not select.select([vm], [], [], 0.2)[0]:
                continue
            frame, known = vm.recv(65550), len(found)
            read_frame(frame, gateway, found)
            answer = arp_answer(frame, mac, found.get("address"))
            if answer:
                vm.send(answer)
            if len(found) == ANSWERS - 1 > known:
                break  # the echo is next, at once
    return found


def main(arguments):
    json_only = arguments[0] == "--json-only"
    command = arguments[1:] if json_only else arguments
    vm, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (vm, near):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65 * 1024)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
    os.set_inheritable(near.fileno(), True)
    helper = subprocess.Popen([command[0], "--fd", str(near.fileno())] + command[1:], stdout=subprocess.PIPE,
                              pass_fds=[near.fileno()])
    near.close()
    try:
        line = helper.stdout.readline()
        if not line:
            sys.exit("probe: the helper ended with status %d" % helper.wait())
        info = json.loads(line)
        found = {} if json_only else probe(vm, info)
    finally:
        helper.terminate()
        status = helper.wait(30)
    print(json.dumps({"info": info, "found": found, "status": status}))
    if status != 0 or (not json_only and len(found) < ANSWERS):
        sys.exit(1)


main(sys.argv[1:])
