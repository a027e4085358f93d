"""`ruhu serve` as a fork of a process that has read the program and done nothing else.

What starts has its own arguments, settings, folder and log, and only spares the two seconds in which Python reads the
program; a drill that starts it two thousand times would spend an hour on them (decision 0082).
"""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

from app.main import ruhu

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", __name__])


def _serve(arguments: list[str], env: dict[str, str], folder: Path, log: Path) -> None:
    """What a forked process does: become the program."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["ruhu", *arguments]
    ruhu()


class Fork:
    """A forked service, with what drills use of a `Popen`."""

    def __init__(self, arguments: list[str], env: dict[str, str], folder: Path, log: Path) -> None:
        self._process = FORKS.Process(target=_serve, args=(arguments, env, folder, log), daemon=True)
        self._process.start()
        self.pid = int(self._process.pid or 0)

    def poll(self) -> int | None:
        """Its status once it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its status at its end."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("ruhu serve", timeout or 0)
        return self._process.exitcode
