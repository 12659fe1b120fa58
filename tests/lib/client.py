#!/usr/bin/env python3
"""A client of the helper's socket that does as it is told: what no real VM would do, too.

    client.py [--stream] [--bind PATH] [--connect PATH] [--uid N] ACTION...
    client.py [--stream] --pair PIDFILE ACTION... -- COMMAND...   COMMAND has the other end of a socketpair as fd 3

With --stream each frame has its length before it, in four bytes.

Actions, in order; each fails after a generous time:
    greet            send the four bytes VFKT
    arp ADDRESS      ask for this address until somebody answers
    send HEX         send these bytes as one frame
    raw HEX          send these bytes, with no length before them
    closed           read until the other side has closed
    frame LENGTH     send a broadcast frame of this length
    refused          sending fails with EPERM
    say WORD         print it on stdout
    await PATH       until the file is there
    hold             until killed
"""
import errno, os, socket, struct, subprocess, sys, time

LIMIT = 30
MAC = bytes.fromhex('525400000001')


class Framed:
    """A stream socket that sends and receives frames."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b''

    def send(self, frame):
        self.sock.sendall(struct.pack('>I', len(frame)) + frame)

    def recv(self, size):
        while len(self.data) < 4 or len(self.data) < 4 + struct.unpack('>I', self.data[:4])[0]:
            more = self.sock.recv(65536)
            if not more:
                sys.exit('the helper has closed the stream')
            self.data += more
        end = 4 + struct.unpack('>I', self.data[:4])[0]
        frame, self.data = self.data[4:end], self.data[end:]
        return frame

    def settimeout(self, seconds):
        self.sock.settimeout(seconds)


kind = socket.SOCK_DGRAM


def until_closed(framed):
    framed.sock.settimeout(LIMIT)
    try:
        while framed.sock.recv(65536):
            pass
    except ConnectionResetError:
        pass


def arp(sock, target):
    request = b'\xff' * 6 + MAC + struct.pack('>HHHBBH', 0x0806, 1, 0x0800, 6, 4, 1) + MAC + \
        socket.inet_aton('192.168.105.77') + bytes(6) + socket.inet_aton(target)
    end = time.monotonic() + LIMIT
    sock.settimeout(0.5)
    while time.monotonic() < end:
        sock.send(request)
        try:
            while True:
                frame = sock.recv(65600)
                if frame[12:14] == b'\x08\x06' and frame[20:22] == b'\0\x02' and frame[28:32] == socket.inet_aton(target):
                    return
                if time.monotonic() > end:
                    break
        except TimeoutError:
            pass
    sys.exit(f'no ARP answer from {target}')


def expect_refusal(sock):
    try:
        sock.send(b'\xff' * 60)
    except OSError as error:
        if error.errno == errno.EPERM:
            return
        raise
    sys.exit('nobody refused the datagram')


def wait_for_file(path):
    end = time.monotonic() + LIMIT
    while not os.path.exists(path):
        if time.monotonic() > end:
            sys.exit(f'{path} did not come')
        time.sleep(0.05)


def act(sock, actions):
    while actions:
        action = actions.pop(0)
        if action == 'greet':
            sock.send(b'VFKT')
        elif action == 'arp':
            arp(sock, actions.pop(0))
        elif action == 'send':
            sock.send(bytes.fromhex(actions.pop(0)))
        elif action == 'raw':
            sock.sock.sendall(bytes.fromhex(actions.pop(0)))
        elif action == 'closed':
            until_closed(sock)
        elif action == 'frame':
            sock.send((b'\xff' * 6 + MAC + b'\x88\xb5').ljust(int(actions.pop(0)), b'\0'))
        elif action == 'refused':
            expect_refusal(sock)
        elif action == 'say':
            print(actions.pop(0), flush=True)
        elif action == 'await':
            wait_for_file(actions.pop(0))
        elif action == 'hold':
            while True:
                time.sleep(1000)
        else:
            sys.exit(f'unknown action {action}')


def connected(arguments):
    sock = socket.socket(socket.AF_UNIX, kind)
    while arguments and arguments[0].startswith('--'):
        option, value = arguments.pop(0), arguments.pop(0)
        if option == '--bind':
            sock.bind(value)
        elif option == '--uid':
            os.setgroups([])
            os.setresgid(int(value), int(value), int(value))
            os.setresuid(int(value), int(value), int(value))
        elif option == '--connect':
            try:
                sock.connect(value)
            except PermissionError:
                print('EPERM', flush=True)
                sys.exit(3)
        else:
            sys.exit(f'unknown option {option}')
    return sock


def paired(arguments):
    pidfile = arguments.pop(0)
    split = arguments.index('--')
    command = arguments[split + 1:]
    del arguments[split:]
    # Whatever 3 was: the pair must not be there when its end is moved there.
    os.dup2(0, 3)
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    os.dup2(theirs.fileno(), 3)
    theirs.close()
    child = subprocess.Popen(command, pass_fds=[3])
    os.close(3)
    with open(pidfile + '.new', 'w') as file:
        file.write(str(child.pid))
    os.rename(pidfile + '.new', pidfile)
    return ours


def main():
    global kind
    arguments = sys.argv[1:]
    if arguments and arguments[0] == '--stream':
        arguments.pop(0)
        kind = socket.SOCK_STREAM
    if arguments and arguments[0] == '--pair':
        arguments.pop(0)
        sock = paired(arguments)
    else:
        sock = connected(arguments)
    act(Framed(sock) if kind == socket.SOCK_STREAM else sock, arguments)


main()
