"""A closed loop of HTTP/1.1 requests over kept connections, cheap enough not to be what is measured."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

IDLE_SECONDS = 3.0


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def open(self) -> "Line":
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        self.used = time.perf_counter()
        return self

    async def ask(
        self, method: str, path: str, body: bytes, *, token: str = "", kind: str = "application/json"
    ) -> tuple[int, bytes]:
        """One request and its whole answer; a line that was idle for longer than servers wait is opened anew."""
        if time.perf_counter() - self.used > IDLE_SECONDS:
            self.close()
            await self.open()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        self.writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await self.writer.drain()
        raw = await self.reader.readuntil(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        answer = await self.reader.readexactly(int(headers.get("content-length", "0")))
        self.used = time.perf_counter()
        return int(lines[0].split()[1]), answer

    async def ask_json(self, method: str, path: str, value: Any, *, token: str = "") -> Any:
        """One request in JSON that must end well."""
        status, body = await self.ask(method, path, json.dumps(value).encode(), token=token)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {body[:300]!r}")
        return json.loads(body)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


async def closed_loop(workers: list[Callable[[int], Awaitable[None]]], rounds: int) -> tuple[float, list[float]]:
    """Every worker does its next round when its last is answered, until `rounds` are done in all; seconds each took."""
    left = iter(range(rounds))
    took: list[float] = []

    async def run(work: Callable[[int], Awaitable[None]]) -> None:
        for number in left:
            began = time.perf_counter()
            await work(number)
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(run(work) for work in workers))
    return time.perf_counter() - began, took


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
