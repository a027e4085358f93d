"""Releases of the phone app as the service would serve them: the built app with every asset under a new name."""

import hashlib
import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import STATIC

TEXTS = (".js", ".css", ".html", ".webmanifest")
_REVISION = re.compile(r'(url:"index\.html",revision:")[0-9a-f]+')


def make_release(folder: Path, number: int) -> Path:
    """The built app again, whole and consistent, every hashed file marked with the release's number."""
    built = STATIC / "m"
    names = {path.name: f"{path.stem}.r{number}{path.suffix}" for path in (built / "assets").iterdir()}
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    for path in built.rglob("*"):
        if not path.is_file():
            continue
        target = folder / path.relative_to(built).parent / names.get(path.name, path.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        if path.suffix in TEXTS:
            data = pattern.sub(lambda found: names[found[0]], data.decode()).encode()
        target.write_bytes(data)
    page = hashlib.md5((folder / "index.html").read_bytes(), usedforsecurity=False).hexdigest()
    worker = folder / "sw.js"
    worker.write_text(_REVISION.sub(rf"\g<1>{page}", worker.read_text()))
    return folder


class Counter:
    """Around the service: hands out another release of the phone app, one file of which may be broken."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.files: ASGIApp | None = None
        self.broken = ""
        self.refused = 0

    def serve(self, folder: Path) -> None:
        """From now on this release, whole."""
        self.broken = ""
        self.files = Starlette(routes=[Mount("/m", StaticFiles(directory=folder, html=True))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or self.files is None or not path.startswith("/m/"):
            await self.app(scope, receive, send)
        elif self.broken and path.endswith(self.broken):
            self.refused += 1
            await PlainTextResponse("away", 503)(scope, receive, send)
        else:
            await self.files(scope, receive, send)
