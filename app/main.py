"""Put the house together as one ASGI app and run it, and nothing else.

`create_app(house)` mounts the doors; `ruhu serve`, `ruhu demo` and the tests call it. The phone app is served from
what the build left in app/static/m; when it is missing the page says which command builds it.
"""

import argparse
import gc
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from app import __version__
from app.doors import cli
from app.doors.api import exports, forms, health, odata, reviews, rounds, sign_in, teams
from app.doors.desk import imports, pages
from app.doors.openrosa import api as openrosa
from app.doors.openrosa import csv_out
from app.doors.phone import photos, recovery, sync, sync_pull, uploads, verify
from app.doors.web import refusals
from app.doors.web.guard import Guard
from app.doors.web.house import House, open_house
from app.doors.web.pulse import Pulse
from app.doors.web.stopping import Stopping
from app.kernel.db.holding import holding
from app.kernel.memory import give_back
from app.kernel.problems import Problem
from app.kernel.settings import heads_folder, load_settings
from app.registry.households.jobs import end_cut_off_jobs
from app.upkeep.backup import migrate_after_backup
from app.upkeep.housekeeping import Chores, Housekeeper

STATIC = Path(__file__).parent / "static"
GZIP = 4
"""Of nine: a page of 250 KiB in a third of the time, and a tenth larger."""


class PhoneFiles(StaticFiles):
    """The built phone app: hashed assets for ever, everything else asked for anew; any page is its one page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        lasting = "/assets/" in scope["path"] and response.status_code == 200
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response


class DeskFiles(StaticFiles):
    """Style sheet and icons of the desk; small, checked by ETag."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(house: House, keeper: Housekeeper | None = None) -> FastAPI:
    """The service over one house; the caller opens the house, the app closes it. A housekeeper runs with it."""

    stopping = Stopping()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stopping.listen()
        if keeper is not None:
            keeper.start()
        yield
        stopping.ask()
        if keeper is not None:
            keeper.stop()
        house.close()

    app = FastAPI(
        title="Ruhu 入户",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.house = house
    app.state.stopping = stopping
    app.state.pulse = Pulse(house)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=GZIP)
    app.add_middleware(Guard, settings=house.settings)
    refusals.install(app)
    phone = (sync, sync_pull, verify, recovery, photos, uploads)
    for room in (health, sign_in, rounds, reviews, teams, exports, odata, forms, *phone, imports, openrosa, csv_out):
        app.include_router(room.router)
    pages.install(app)
    _mount_static(app)
    return app


def _mount_static(app: FastAPI) -> None:
    app.mount("/static", DeskFiles(directory=STATIC, check_dir=False), name="static")
    if (STATIC / "m" / "index.html").is_file():
        app.mount("/m", PhoneFiles(directory=STATIC / "m", html=True), name="phone")
    else:

        @app.get("/m/", include_in_schema=False)
        def phone_not_built() -> Response:
            return PlainTextResponse(
                "手机应用还没有构建,请运行 make setup。\nThe phone app is not built: run make setup.\n", 503
            )


class OneWriter(Problem):
    """SQLite has one writer process."""

    slug = "one-writer"
    title_zh = "SQLite 只能用一个进程"
    title_en = "SQLite takes one worker"


def app_from_environment() -> FastAPI:
    """What each worker process of uvicorn builds."""
    give_back()
    port, workers = int(os.environ["RUHU_PORT"]), int(os.environ["RUHU_WORKERS"])
    settings = load_settings(port=port, insecure_http=os.environ.get("RUHU_INSECURE_HTTP") == "1")
    house = open_house(settings, workers=workers)
    house.db.wound.on_strike(_end_soon)
    chores = Chores(house.db, house.store, house.keys, settings.data, heads_folder(settings), settings.tz)
    app = create_app(house, Housekeeper(chores))
    gc.collect()
    gc.freeze()  # what a start has loaded stays: looking through it again cost every eighth page 140 ms
    return app


def _end_soon() -> None:
    """The disk has failed: let the answers in hand go out as 503, then end without another word to the disk."""
    timer = threading.Timer(1.0, os._exit, (os.EX_IOERR,))
    timer.daemon = True
    timer.start()


def serve(options: argparse.Namespace) -> int:
    """`ruhu serve`: migrate, then run; more than one worker only on PostgreSQL."""
    settings = load_settings(port=options.port, insecure_http=options.insecure_http)
    house = open_house(settings)
    if house.db.is_sqlite and options.workers != 1:
        raise OneWriter("用 SQLite 时 --workers 只能是 1;要多进程请用 PostgreSQL。", "Use PostgreSQL for more workers.")
    with holding(settings.data, "serve"):
        backup = migrate_after_backup(house.db, house.keys, settings.data)
        if backup:
            cli.say(f"升级前已备份 / Backed up before the upgrade: {backup}")
        end_cut_off_jobs(house.db, settings.data)
        house.close()
        os.environ.update(
            RUHU_PORT=str(options.port),
            RUHU_WORKERS=str(options.workers),
            RUHU_INSECURE_HTTP="1" if options.insecure_http else "0",
        )
        cli.say(f"Ruhu 入户 {settings.public_url}/  手机 {settings.public_url}/m/  数据 {settings.data}")
        uvicorn.run(
            "app.main:app_from_environment",
            factory=True,
            host=options.host,
            port=options.port,
            workers=options.workers,
            access_log=False,
            server_header=False,
            log_level="warning",
            timeout_graceful_shutdown=20,
        )
    return 0


def serve_demo(options: argparse.Namespace) -> int:
    """`ruhu demo`: invented people in a folder of their own, then the same service."""
    from app.demo import run as demo  # a service carries no demo about with it

    os.environ["RUHU_DATA"] = str(options.data)
    for name in ("RUHU_DATABASE_URL", "RUHU_STORE_URL", "RUHU_SECRET_KEY", "RUHU_PUBLIC_URL"):
        os.environ.pop(name, None)
    for line in demo.prepare(options.data, options.port, fresh=options.fresh):
        cli.say(line)
    return serve(argparse.Namespace(host="127.0.0.1", port=options.port, workers=1, insecure_http=False))


def ruhu() -> None:
    """The console script."""
    sys.exit(cli.main(serve=serve, demo=serve_demo))


if __name__ == "__main__":
    ruhu()
