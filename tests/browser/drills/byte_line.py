"""A line that counts what is sent over it and what arrives, and breaks in the middle of pictures by a seed."""

import random
import socket
import struct
import time
from contextlib import suppress

from tests.drills.proxy import FaultyLine

BODIES = (b"PATCH /api/v1/uploads/", b"PUT /api/v1/photos/")


class ByteLine(FaultyLine):
    """Only requests that carry bytes of pictures fail: cut at any byte, cut without the service being told, or done
    and the answer lost.

    What the phone sends after the cut is read and thrown away, as the air does: `sent` is what left the phone, `came`
    what reached the service. For the phone the connection then ends hard.
    """

    def __init__(self, port: int, seed: int, *, share: float) -> None:
        super().__init__(port, seed, share=0)
        self.break_share, self.breaks = share, random.Random(seed)
        self.sent = self.came = 0
        self._open: list[socket.socket] = []

    def close(self) -> None:
        """No more connections, and an end to those that the service was never told of."""
        super().close()
        for server in self._open:
            server.close()

    @property
    def lost(self) -> int:
        """Bytes that the line swallowed."""
        return self.sent - self.came

    def _break(self) -> tuple[str, float]:
        """What happens to the next request that carries bytes of a picture."""
        with self._turn:
            is_whole = self.breaks.random() >= self.break_share
            fault = "pass" if is_whole else self.breaks.choice(("cut", "silent cut", "lose"))
            self.happened[fault] += 1
            return fault, self.breaks.random()

    def _serve(self, client: socket.socket, fault: str, much: float) -> None:
        server = socket.create_connection(("127.0.0.1", self.target), timeout=30)
        with client, suppress(OSError):
            client.settimeout(30)
            head, body = _head(client)
            length = _length(head)
            carries = head.startswith(BODIES)
            fault, much = self._break() if carries else ("pass", 0.0)
            end = int(length * much) if "cut" in fault else length
            self._forward(client, server, head, body, length, end, carries)
            if fault == "pass":
                while part := server.recv(65536):
                    client.sendall(part)
                return
            if fault == "lose":
                server.recv(65536)
            if fault == "cut":
                time.sleep(0.05)  # the end of a line is never faster than its bytes
                server.close()
            self._open.append(server)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _forward(
        self, client: socket.socket, server: socket.socket, head: bytes, body: bytes, length: int, end: int, count: bool
    ) -> None:
        """Pass the head and so many bytes of the body on; read the rest."""
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        server.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body[:end])
        seen = len(body)
        while seen < length:
            part = client.recv(65536)
            if not part:
                break
            if seen < end:
                server.sendall(part[: end - seen])
            seen += len(part)
        if count:
            self.sent += seen
            self.came += min(seen, end)


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            raise ConnectionError
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body


def _length(head: bytes) -> int:
    found = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(found[0].split(b":")[1]) if found else 0
