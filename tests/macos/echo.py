#!/usr/bin/env python3
"""A TCP server that sends back what one client sends it, and that client.

    echo.py ADDRESS PORT                 serve one client
    echo.py --send ADDRESS PORT          send stdin, print what comes back
"""
import os
import socket
import sys
import threading


def serve(address):
    with socket.create_server(address) as server:
        client, _ = server.accept()
        with client:
            while data := client.recv(1 << 16):
                client.sendall(data)


def send(address):
    with socket.create_connection(address) as server:
        def pump():
            while data := os.read(0, 1 << 16):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        thread = threading.Thread(target=pump)
        thread.start()
        while data := server.recv(1 << 16):
            sys.stdout.buffer.write(data)
        thread.join()


if sys.argv[1] == "--send":
    send((sys.argv[2], int(sys.argv[3])))
else:
    serve((sys.argv[1], int(sys.argv[2])))
