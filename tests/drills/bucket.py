"""An S3 server on loopback that checks signatures, for the drills and for the tests of the store."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

KEYS = {"AWS_ACCESS_KEY_ID": "ruhu", "AWS_SECRET_ACCESS_KEY": "a secret for tests only", "AWS_REGION": "us-east-1"}


@contextmanager
def bucket(folder: Path) -> Iterator[int]:
    """A bucket `pictures` below the folder; the port of its server."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "pictures").mkdir()
    env = {
        "NANIO_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"],
        "NANIO_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"],
        "PATH": os.environ["PATH"],
    }
    command = [str(Path(sys.executable).with_name("nanio")), "serve", "--host", "127.0.0.1", "--port", str(port),
               "--data-dir", str(folder), "--log-level", "error", "--no-access-log"]  # fmt: skip
    server = subprocess.Popen(command, env=env)
    try:
        for _ in range(200):
            with closing(socket.socket()) as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.kill()
        server.wait()
