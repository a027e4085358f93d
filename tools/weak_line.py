"""A line for the bench: slow both ways, losing segments, cut at intervals; a number of times as fast as the real one.

A lost segment is sent again by the transport, so it costs the line its time twice. A cut ends the phone's connections
hard and leaves the service in the dark: nothing more comes, and nobody says so.
"""

import random
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

SEGMENT = 1400


@dataclass(frozen=True)
class Weather:
    """What the line is like, in its own time."""

    bits_per_second: int = 64_000
    loss: float = 0.3
    cut_every: float = 20.0
    times: int = 20


class WeakLine:
    """Listens before a port. `sent`: bytes that phones put on the line; `came`: those that reached the service."""

    def __init__(self, port: int, weather: Weather, seed: int = 1) -> None:
        self.target, self.weather, self.rng = port, weather, random.Random(seed)
        self.sent = self.came = self.lost = self.cuts = 0
        self._turn = threading.Lock()
        self._up, self._down = threading.Lock(), threading.Lock()
        self._open: set[socket.socket] = set()
        self._dark: list[socket.socket] = []
        self._over = threading.Event()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * SEGMENT)  # what lies here was not yet sent
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(50)
        self.port = int(self._listener.getsockname()[1])
        for work in (self._accept, self._cut):
            threading.Thread(target=work, daemon=True).start()

    def close(self) -> None:
        """The end of it."""
        self._over.set()
        self._listener.close()
        for server in self._dark:
            server.close()

    def _cut(self) -> None:
        while not self._over.wait(self.weather.cut_every / self.weather.times):
            with self._turn:
                self.cuts += 1
                for phone in self._open:
                    with suppress(OSError):
                        phone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        phone.shutdown(socket.SHUT_RDWR)
                self._open.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                phone, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                with self._turn:
                    self._open.add(phone)
                    self._dark.append(server)
                threading.Thread(target=self._carry_up, args=(phone, server), daemon=True).start()
                threading.Thread(target=self._carry_down, args=(phone, server), daemon=True).start()

    def _carry_up(self, phone: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while part := phone.recv(SEGMENT):
                self.sent += len(part)
                self._on_the_air(len(part), self._up)
                if not self._is_open(phone):
                    self.lost += len(part)
                    return
                server.sendall(part)
                self.came += len(part)

    def _carry_down(self, phone: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while part := server.recv(SEGMENT):
                self._on_the_air(len(part), self._down)
                if not self._is_open(phone):
                    break
                phone.sendall(part)
        with self._turn:
            self._open.discard(phone)
        phone.close()

    def _is_open(self, phone: socket.socket) -> bool:
        with self._turn:
            return phone in self._open

    def _on_the_air(self, size: int, channel: threading.Lock) -> None:
        """Takes the time that so many bytes need, again for each time they are lost."""
        with channel:
            tries = 1
            while self.rng.random() < self.weather.loss:
                tries += 1
            time.sleep(size * 8 * tries / self.weather.bits_per_second / self.weather.times)
