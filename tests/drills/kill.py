"""The real service in a process of its own: started, stopped in every way, frozen, on SQLite or PostgreSQL."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx

from app.doors.web.house import House, open_house
from app.kernel.settings import load_settings
from tests.cast import PASSWORD
from tests.drills.fork import Fork

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests only"


class LiveService:
    """`ruhu serve` over a folder; `env` adds settings."""

    def __init__(self, data: Path, *, database_url: str | None = None, env: dict[str, str] | None = None) -> None:
        self.data = data
        data.mkdir(parents=True, exist_ok=True)
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.env = {"RUHU_DATA": str(data), "RUHU_SECRET_KEY": SECRET, "PATH": os.environ["PATH"], **(env or {})}
        if database_url:
            self.env["RUHU_DATABASE_URL"] = database_url
        self.process: Fork | None = None
        self.log = data.parent / f"log-{self.port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def house(self) -> House:
        """The same folder and database, opened by the test."""
        return open_house(load_settings(self.env))

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A `ruhu` command over this folder."""
        command = [sys.executable, "-m", "app.main", *arguments]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=log, stderr=log)

    def start(self) -> float:
        """Run it until it answers well; seconds that took."""
        began = time.monotonic()
        self.process = Fork(["serve", "--port", str(self.port)], self.env, ROOT, self.log)
        while time.monotonic() - began < 120:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5, verify=False).status_code == 200:
                    return time.monotonic() - began
            except httpx.TransportError:
                assert self.process.poll() is None, self.log.read_text()[-2000:]
                time.sleep(0.05)
        raise AssertionError("the service did not start")

    def send(self, how: signal.Signals) -> None:
        """Send the process a signal and go on."""
        assert self.process is not None
        os.kill(self.process.pid, how)

    def stop(self, how: signal.Signals = signal.SIGKILL, wait: float = 40) -> int:
        """End it and wait; its status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.send(how)
        status = self.process.wait(timeout=wait)
        self.process = None
        return status

    def sign_in(self, account: str, device: str | None = None) -> str:
        """A bearer token of one of the cast."""
        body: dict[str, object] = {"account": account, "password": PASSWORD}
        if device:
            body["device"] = {"id": device, "label": "drill"}
        return str(httpx.post(f"{self.url}/api/v1/sign-in", json=body, timeout=60, verify=False).json()["token"])

    def memory(self) -> int:
        """Resident bytes of the process now."""
        assert self.process is not None
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
