"""Connections tried from inside of a network namespace, at targets that a test has made."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

PORT = 18555
# Tried inside: what came of a TCP connection, and of a datagram, to each target.
TRIES = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def tcp(host, port):
    try:
        with socket.create_connection((host, port), 1.0) as stream:
            return "open"
    except OSError as error:
        return error.strerror or str(error)
def udp(host, port):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(sys.argv[2].encode(), (host, port))
            return "sent"
    except OSError as error:
        return error.strerror or str(error)
def both(target):
    return [tcp(*target), udp(*target)]
targets = json.loads(sys.argv[1])
with ThreadPoolExecutor(128) as pool:
    print(json.dumps({f"{host}:{port}": found for (host, port), found in zip(targets, pool.map(both, targets))}))
"""
# A question to the engine's resolver, for a name that only an outside resolver could know.
ASKS = """
import socket, sys
question = bytes.fromhex("123401000001000000000000") + b"".join(
    bytes([len(label)]) + label.encode() for label in sys.argv[1].split(".")) + bytes.fromhex("0000010001")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
    out.settimeout(3)
    try:
        out.sendto(question, ("127.0.0.11", 53))
        print(out.recv(512)[3] & 15)
    except OSError as error:
        print(error)
"""

# An echo asked for by a user without rights, as a container's is.
PINGS = """
import os, socket, sys
os.setgroups([]); os.setgid(65532); os.setuid(65532)
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as out:
        out.settimeout(1)
        out.sendto(bytes([8, 0, 0, 0, 0, 0, 0, 1]), (sys.argv[1], 0))
        print("answered" if out.recv(512) else "empty")
except OSError as error:
    print(error.strerror or error)
"""

# What a process of a container, as its user, is answered at a socket file that the container has.
SAYS = """
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.setns(os.open(f"/proc/{sys.argv[1]}/ns/mnt", os.O_RDONLY), 0x00020000):
    sys.exit(os.strerror(ctypes.get_errno()))
os.setgroups([]); os.setgid(65532); os.setuid(65532)
with socket.socket(socket.AF_UNIX) as stream:
    stream.settimeout(20)
    stream.connect(sys.argv[2])
    stream.sendall(sys.argv[3].encode())
    print(stream.recv(200).decode().split("\\r\\n")[0])
"""


def answered(process, path, words):
    """The first line of what is answered to a container's user."""
    done = subprocess.run([sys.executable, "-c", SAYS, str(process), path, words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def inside(process, program, *words):
    """Runs a program of Python in the network namespace of a process, or of a file of one."""
    where = [f"--net={process}"] if isinstance(process, str) else ["--target", str(process), "--net"]
    done = subprocess.run(["nsenter", *where, sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tried(process, targets, word="probe"):
    """What came of each target."""
    return json.loads(inside(process, TRIES, json.dumps(targets), word))


def at_once(names, look):
    """What a look at each finds, by name: most of it is waiting for what does not answer."""
    with ThreadPoolExecutor(16) as pool:
        return dict(zip(names, pool.map(look, names)))


class Listener:
    """Listens in this namespace, on all its addresses: TCP and UDP on one port, and counts who came."""

    def __init__(self, port=PORT):
        self.came, self.heard = [], []
        self.tcp = socket.create_server(("0.0.0.0", port), backlog=64)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("0.0.0.0", port))
        threading.Thread(target=self.accept, daemon=True).start()
        threading.Thread(target=self.hear, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                stream, peer = self.tcp.accept()
                self.came.append(peer)
                stream.close()

    def hear(self):
        with contextlib.suppress(OSError):
            while True:
                text, peer = self.udp.recvfrom(512)
                self.heard.append((text, peer))

    def close(self):
        self.tcp.close()
        self.udp.close()
