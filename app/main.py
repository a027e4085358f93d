"""Put the house together as one ASGI app, and nothing else.

`create_app(house)` mounts the doors; `ruhu serve` and the tests call it. The phone app is served from what the build
left in app/static/m; when it is missing the page says which command builds it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from app import __version__
from app.doors import api, desk, phone
from app.doors.web import refusals
from app.doors.web.guard import Guard
from app.doors.web.house import House

STATIC = Path(__file__).parent / "static"


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


def create_app(house: House) -> FastAPI:
    """The service over one house; the caller owns and closes the house."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
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
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(Guard, settings=house.settings)
    refusals.install(app)
    for router in (*api.routers(), *phone.routers(), *desk.routers()):
        app.include_router(router)
    desk.install(app)
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
