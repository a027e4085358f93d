"""Whether this process has been asked to end.

The server waits for open answers before it ends; one that would go on for hours has to be told. uvicorn tells nobody
until all answers are out, so the signal itself is listened to, and handed on to uvicorn as it came.
"""

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """A flag that goes up once. Long answers look at it, at least every second."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def is_asked(self) -> bool:
        """Whether it is time to end."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Let long answers end."""
        self._asked.set()

    def listen(self) -> None:
        """Raise the flag when the process is told to end; elsewhere than in the main thread nothing can be heard."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            self._hear(number, signal.getsignal(number))

    def _hear(self, number: signal.Signals, earlier: Any) -> None:
        def hear(given: int, frame: FrameType | None) -> None:
            self.ask()
            if callable(earlier):
                earlier(given, frame)

        signal.signal(number, hear)
