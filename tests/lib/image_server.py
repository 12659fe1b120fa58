#!/usr/bin/env python3
"""A web server that serves the files of a folder, well or badly.

    image_server.py FOLDER PORT_FILE LOG

The first part of a path says how: /plain/FILE, /truncate/FILE, ... Each is a function below. It listens
on a port of its own on the loopback, writes it to PORT_FILE, and a line for each request to LOG:
METHOD PATH RANGE IF_RANGE. `once` behaviours are bad at the first request and good from then on."""
import http.server
import os
import socketserver
import sys
import threading

folder, port_file, log_path = sys.argv[1:4]
lock = threading.Lock()
seen = {}


def nth(path):
    """How many requests for this path there were, with this one."""
    with lock:
        seen[path] = seen.get(path, 0) + 1
        return seen[path]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        with lock, open(log_path, "a") as log:
            log.write("GET %s %s %s\n" % (self.path, self.headers.get("Range", "-"), self.headers.get("If-Range", "-")))
        behaviour, _, name = self.path.split("?")[0].strip("/").partition("/")
        try:
            getattr(self, "serve_" + behaviour)(name)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_CONNECT(self):
        """As a proxy is asked for https: the request is what the test wants to see."""
        with lock, open(log_path, "a") as log:
            log.write("CONNECT %s\n" % self.path)
        self.head(403, 0)
        self.hang_up()

    def data(self, name):
        with open(os.path.join(folder, os.path.basename(name)), "rb") as file:
            return file.read()

    def head(self, status, length, **fields):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for key, value in fields.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def hang_up(self):
        """End the connection, whatever was promised."""
        self.wfile.flush()
        self.close_connection = True

    def send_range(self, data, tag, end=None):
        """The whole or what Range asks for; at most up to end."""
        fields = {"ETag": tag} if tag else {}
        start = 0
        wanted = self.headers.get("Range")
        if wanted and (not tag or self.headers.get("If-Range") in (None, tag)):
            start = int(wanted[len("bytes="):].rstrip("-"))
        if start >= len(data) and start:
            self.head(416, 0, Content_Range="bytes */%d" % len(data))
            return
        if start:
            fields["Content_Range"] = "bytes %d-%d/%d" % (start, len(data) - 1, len(data))
        self.head(206 if start else 200, len(data) - start, **fields)
        self.wfile.write(data[start:end])
        if end is not None:
            self.hang_up()

    def serve_plain(self, name):
        self.send_range(self.data(name), '"one"')

    def serve_missing(self, name):
        self.head(404, 9)
        self.wfile.write(b"not here\n")

    def serve_broken(self, name):
        self.head(503, 6)
        self.wfile.write(b"later\n")

    def serve_error_once(self, name):
        if nth(self.path) == 1:
            self.serve_broken(name)
        else:
            self.serve_plain(name)

    def serve_redirect(self, name):
        self.head(302, 0, Location="/plain/" + name)

    def serve_circle(self, name):
        self.head(302, 0, Location="/circle/" + name)

    def serve_elsewhere(self, name):
        self.head(302, 0, Location="file://" + os.path.join(os.path.abspath(folder), name))

    def serve_truncate_once(self, name):
        data = self.data(name)
        self.send_range(data, '"one"', len(data) // 2 if nth(self.path) == 1 else None)

    def serve_truncate(self, name):
        """Always the first half only, and no ranges: never whole."""
        data = self.data(name)
        self.head(200, len(data))
        self.wfile.write(data[:len(data) // 2])
        self.hang_up()

    def serve_norange_once(self, name):
        """No ranges: the second answer is the whole again."""
        data = self.data(name)
        self.head(200, len(data), ETag='"one"')
        self.wfile.write(data[:len(data) // 2] if nth(self.path) == 1 else data)
        self.hang_up()

    def serve_changed(self, name):
        """Half of another file at first: the rest of this one does not fit to it."""
        data = self.data(name)
        if nth(self.path) == 1:
            self.send_range(bytes(len(data)), '"old"', len(data) // 2)
        else:
            self.send_range(data, '"new"')

    def serve_mixed(self, name):
        """The same without ETag: only the checksum can tell."""
        data = self.data(name)
        if nth(self.path) == 1:
            self.send_range(bytes([7]) * len(data), None, len(data) // 2)
        else:
            self.send_range(data, None)

    def serve_wrongrange(self, name):
        """Half, then, whatever is asked for, a part from somewhere else; then the whole."""
        data = self.data(name)
        count = nth(self.path)
        if count == 1:
            self.send_range(data, '"one"', len(data) // 2)
        elif count == 2:
            self.head(206, 10, Content_Range="bytes 3-12/%d" % len(data), ETag='"one"')
            self.wfile.write(data[3:13])
        else:
            self.send_range(data, '"one"')

    def serve_stall(self, name):
        """A tenth, and then nothing until the client goes."""
        data = self.data(name)
        self.head(200, len(data), ETag='"one"')
        self.wfile.write(data[:len(data) // 10])
        self.wfile.flush()
        self.rfile.read(1)
        self.close_connection = True

    def serve_stall_once(self, name):
        if nth(self.path) == 1:
            self.serve_stall(name)
        else:
            self.serve_plain(name)

    def serve_nolength(self, name):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(self.data(name))
        self.hang_up()

    def serve_chunked(self, name):
        data = self.data(name)
        self.head(200, None, Transfer_Encoding="chunked")
        for start in range(0, len(data), 65536):
            piece = data[start:start + 65536]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def serve_gate(self, name):
        """Half at once, the rest when the file FOLDER/open is there: for what happens meanwhile."""
        data = self.data(name)
        self.head(200, len(data), ETag='"one"')
        self.wfile.write(data[:len(data) // 2])
        self.wfile.flush()
        gate = threading.Event()
        while not os.path.exists(os.path.join(folder, "open")) and not gate.wait(0.05):
            pass
        self.wfile.write(data[len(data) // 2:])


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as out:
    out.write("%d\n" % server.server_port)
os.rename(port_file + ".new", port_file)
server.serve_forever()
