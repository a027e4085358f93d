"""A line between phone and server that fails on purpose, by a seed: the same seed fails in the same way.

One TCP connection carries one request (clients are told to close). What may happen to it: it is dropped, delayed,
cut after some bytes in either direction, sent twice, reset, its answer lost, or answered by somebody else (a hotel's
portal). What it never does is invent an answer of the server: lies are lies, and the client has to see through them.
"""

import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

ERROR = b"<Error><Code>InternalError</Code></Error>"
FAULTS = ("drop", "delay", "cut_request", "cut_reply", "lose_reply", "twice", "reset", "portal", "empty", "reorder")
PORTAL = b"<html><title>Free WiFi</title>Please sign in</html>"


class FaultyLine:
    """A listening proxy in front of a port; `share` of the connections get one of `faults`."""

    def __init__(self, port: int, seed: int, *, share: float = 0.3, faults: Sequence[str] = FAULTS) -> None:
        self.target = port
        self.share, self.faults = share, tuple(faults)
        self.rng, self._turn = random.Random(seed), threading.Lock()
        self.happened: Counter[str] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """No more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client, *self._fate()), daemon=True).start()

    def _fate(self) -> tuple[str, float]:
        """What happens to the next connection, and a number for how much of it."""
        with self._turn:
            fault = self.rng.choice(self.faults) if self.rng.random() < self.share else "pass"
            self.happened[fault] += 1
            return fault, self.rng.random()

    def _serve(self, client: socket.socket, fault: str, much: float) -> None:
        with client, suppress(OSError):
            client.settimeout(30)
            if fault == "drop":
                return
            request = _read_request(client)
            if fault in ("delay", "reorder"):
                time.sleep(much * (0.2 if fault == "delay" else 0.6))
            if fault == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if fault in ("portal", "empty", "error"):
                client.sendall(_SAYINGS[fault])
                return
            if fault == "cut_request":
                self._ask(request[: int(len(request) * much)], cut=True)
                return
            reply = self._ask(request)
            if fault == "twice":
                reply = self._ask(request)
            if fault == "lose_reply":
                return
            client.sendall(reply[: int(len(reply) * much)] if fault == "cut_reply" else reply)

    def _ask(self, request: bytes, *, cut: bool = False) -> bytes:
        with socket.create_connection(("127.0.0.1", self.target), timeout=30) as server:
            server.sendall(request)
            if cut:
                return b""
            parts = []
            while part := server.recv(65536):
                parts.append(part)
            return b"".join(parts)


def _read_request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        part = client.recv(65536)
        if not part:
            break
        body += part
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


def _said(body: bytes, type_: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, type_, len(body)) + body


_SAYINGS = {
    "portal": _said(PORTAL, b"text/html"),
    "empty": _said(b"{}", b"application/json"),
    "error": _said(ERROR, b"application/xml", b"500 Internal Server Error"),
}
"""What the line answers in the server's place."""
