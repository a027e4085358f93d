"""What the machine was and what else it did: a figure without its conditions is no figure.

CPU is read from /proc for whole families of processes (children that ended included), so that the service's cost is
told apart from the load generator's, the database's and the neighbours'.
"""

import hashlib
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

from app import __version__

TICKS = os.sysconf("SC_CLK_TCK")


def conditions(extra: str = "") -> list[str]:
    """The machine and the versions, as lines of Markdown."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(next(line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))) / 2**20
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return [
        f"- {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, Ruhu {__version__}, Python"
        f" {platform.python_version()}{', ' + extra if extra else ''}",
        f"- {os.cpu_count()} cores ({model}), {memory:.0f} GiB, Linux {platform.release().split('-')[0]};"
        f" load average at the end {load}, niceness {os.nice(0)};"
        f" sha256 at {pace():.0f} MiB a CPU second (busy neighbours slow it down)",
    ]


def pace() -> float:
    """How quick a core is just now: MiB of SHA-256 in a second of CPU."""
    block = bytes(2**20)
    digest = hashlib.sha256()
    began = time.process_time()
    for _ in range(128):
        digest.update(block)
    return 128 / (time.process_time() - began)


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def family(root: int) -> list[int]:
    """A process and all its living descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            parents[int(entry.name)] = int(stat[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds(root: int) -> float:
    """CPU that a family has used so far, children that ended included."""
    total = 0
    for pid in family(root):
        if stat := _stat(pid):
            total += sum(int(value) for value in stat[11:15])
    return total / TICKS


def memory_peak_mib(root: int) -> float:
    """Largest resident size of a process so far (VmHWM), in MiB."""
    for line in _lines(f"/proc/{root}/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def busy_seconds() -> float:
    """CPU seconds that the whole machine has spent on anything."""
    values = [int(value) for value in _lines("/proc/stat")[0].split()[1:9]]
    return (sum(values) - values[3] - values[4]) / TICKS


@dataclass
class Account:
    """CPU between two moments: the service, the database, the generator and everybody else."""

    service: float
    database: float
    generator: float
    other_share: float
    seconds: float


class Meter:
    """Take the time of a run: `with Meter(service_pid, database_pid) as meter: …; meter.account`."""

    def __init__(self, service: int, database: int | None = None) -> None:
        self.service, self.database = service, database
        self.account: Account

    def _read(self) -> tuple[float, float, float, float, float]:
        database = cpu_seconds(self.database) if self.database else 0.0
        return cpu_seconds(self.service), database, time.process_time(), busy_seconds(), time.perf_counter()

    def __enter__(self) -> "Meter":
        self._before = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        service, database, generator, busy, seconds = (
            after - before for after, before in zip(self._read(), self._before, strict=True)
        )
        other = max(0.0, busy - service - database - generator)
        self.account = Account(service, database, generator, other / seconds / (os.cpu_count() or 1), seconds)
