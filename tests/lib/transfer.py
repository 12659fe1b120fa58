"""Carry random bytes over TCP and compare what arrives.

    transfer.py serve ADDRESS READY    serve any number of clients; makes the file READY when it listens
    transfer.py send ADDRESS SIZE      give SIZE random bytes; the server must have got the same
    transfer.py fetch ADDRESS SIZE     the same the other way

The server ends by SIGTERM. A client ends with 0 if the bytes were the same, with 1 if not. With $SEED they are the
same each time.
"""
import hashlib
import os
import random
import socket
import sys
import threading

PORT = 7001
LIMIT = 120  # seconds without a byte


def content(seed, size):
    return random.Random(seed).randbytes(size)


def read_all(peer, size):
    data = bytearray()
    while len(data) < size:
        part = peer.recv(1 << 20)
        if not part:
            break
        data += part
    return bytes(data)


def answer(peer):
    peer.settimeout(LIMIT)
    with peer, peer.makefile("rb") as reader:
        verb, seed, size = reader.readline().split()
        if verb == b"send":
            peer.sendall(hashlib.sha256(reader.read(int(size))).hexdigest().encode())
        else:
            peer.sendall(content(int(seed), int(size)))


def serve(address, ready):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, PORT), family=family)
    open(ready, "w").close()
    while True:
        threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


def transfer(verb, address, size):
    seed = int(os.environ.get("SEED") or random.randrange(1 << 30))
    data = content(seed, size)
    with socket.create_connection((address, PORT), timeout=LIMIT) as peer:
        peer.sendall(f"{verb} {seed} {size}\n".encode())
        if verb == "fetch":
            return read_all(peer, size) == data
        peer.sendall(data)
        return read_all(peer, 64).decode() == hashlib.sha256(data).hexdigest()


if sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3])
elif not transfer(sys.argv[1], sys.argv[2], int(sys.argv[3])):
    print("what arrived is not what was sent")
    sys.exit(1)
